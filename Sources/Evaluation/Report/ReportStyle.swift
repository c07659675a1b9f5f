/// The report's style sheet: system fonts, Noto for Kannada and Telugu, light and dark.
enum ReportStyle {
  static let css = """
    :root { color-scheme: light dark; --ink: #1d2126; --quiet: #5d6670; --paper: #fdfdfb;
      --panel: #f3f3ee; --rule: #d9d9d2; --one: #0b6e99; --two: #c2410c; --supervised: #cdebd3;
      --special: #7c3aed; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e7e6e1; --quiet: #a2a8ae;
      --paper: #17191c; --panel: #202327; --rule: #393d42; --one: #5cb8e0; --two: #f59160;
      --supervised: #1f4d2b; --special: #b794f6; } }
    * { box-sizing: border-box; }
    body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; background: var(--paper);
      color: var(--ink); line-height: 1.5;
      font-family: system-ui, "Noto Sans", "Noto Sans Kannada", "Noto Sans Telugu", sans-serif; }
    :lang(kn) { font-family: "Noto Sans Kannada", "Tunga", system-ui, sans-serif; }
    :lang(te) { font-family: "Noto Sans Telugu", "Gautami", system-ui, sans-serif; }
    h1 { margin: 0; } h2 { margin: 2.2rem 0 .6rem; font-size: 1.2rem; }
    .quiet, figcaption, .tick, .axis { color: var(--quiet); font-size: .85rem; }
    .tiles { display: flex; flex-wrap: wrap; gap: 1rem; margin-bottom: 1rem; }
    .tile { background: var(--panel); border-radius: .6rem; padding: .8rem 1.2rem; min-width: 11rem; }
    .number { font-size: 1.9rem; font-variant-numeric: tabular-nums; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
    th, td { text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0;
      border-bottom: 1px solid var(--rule); }
    th { color: var(--quiet); font-weight: 600; font-size: .85rem; }
    code { font-size: .85rem; overflow-wrap: anywhere; }
    .text { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 12rem; max-width: 24rem; }
    figure { margin: 0; } svg { width: 100%; height: auto; }
    .tick, .axis { fill: var(--quiet); font-size: 12px; }
    .grid { stroke: var(--rule); stroke-width: 1; }
    polyline { fill: none; stroke-width: 2; }
    polyline.line-1 { stroke: var(--one); } polyline.line-2 { stroke: var(--two); }
    circle.line-1 { fill: var(--one); } circle.line-2 { fill: var(--two); }
    .key { display: inline-block; width: 1.2rem; height: .25rem; vertical-align: middle;
      margin-right: .4rem; }
    .key.line-1 { background: var(--one); } .key.line-2 { background: var(--two); }
    .mask { background: var(--panel); border-radius: .6rem; padding: 1rem; line-height: 2;
      white-space: pre-wrap; overflow-wrap: anywhere; }
    .token { border-radius: .25rem; padding: .1rem .05rem;
      box-shadow: inset -1px 0 0 var(--rule); }
    .token.supervised { background: var(--supervised); }
    .token.special { color: var(--special); font-family: ui-monospace, monospace; font-size: .8rem; }
    """
}
