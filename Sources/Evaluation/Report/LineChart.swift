/// A line chart as inline SVG, readable in light and dark.
struct LineChart {
  /// One line of the chart.
  struct Line {
    /// What it shows.
    var name: String
    /// The CSS class that colours it.
    var style: String
    /// Its points, in order of `x`.
    var points: [(x: Double, y: Double)]
    /// Whether to mark each point with a dot, for lines with few of them.
    var dots: Bool
  }

  /// What the horizontal axis counts.
  var xLabel: String
  /// What the vertical axis counts.
  var yLabel: String
  /// The lines.
  var lines: [Line]

  private static let size = (width: 760.0, height: 300.0)
  private static let margin = (left: 56.0, right: 16.0, top: 14.0, bottom: 40.0)

  /// The chart with its legend; a sentence if there is nothing to draw.
  var html: HTML {
    guard let drawing else { return "<p>No points were recorded.</p>" }
    return """
      <figure><svg \(frame)>\(drawing)</svg>
      <figcaption>\(legend)</figcaption></figure>
      """
  }

  /// The chart as a file of its own, with its legend inside; `nil` if there is nothing to draw.
  var file: HTML? {
    drawing.map { drawing in
      """
      <svg xmlns="http://www.w3.org/2000/svg" \(frame)>
      <style>\(HTML(Self.fileStyle))</style>
      <rect width="100%" height="100%" fill="#fff"/>
      \(drawing)
      \(HTML.joined(lines.enumerated().map { index, line in
        """
        <text class="\(line.style)" x="\(Int(Self.size.width) - 24)" y="\(28 + 18 * index)" \
        text-anchor="end">\(line.name)</text>
        """ as HTML
      }))
      </svg>

      """
    }
  }

  /// Colours and sizes that a page's style sheet gives to a chart inside it.
  private static let fileStyle = """
    text { font: 12px system-ui, sans-serif; fill: #5d6670; } .grid { stroke: #d9d9d2; }
    polyline { fill: none; stroke-width: 2; } text.line-1 { fill: #0b6e99; }
    text.line-2 { fill: #c2410c; } polyline.line-1 { stroke: #0b6e99; }
    polyline.line-2 { stroke: #c2410c; } circle.line-1 { fill: #0b6e99; }
    circle.line-2 { fill: #c2410c; }
    """

  private var frame: HTML {
    let description = lines.map(\.name).joined(separator: ", ")
    return """
      viewBox="0 0 \(Int(Self.size.width)) \(Int(Self.size.height))" role="img" \
      aria-label="\(description) by \(xLabel)"
      """
  }

  private var drawing: HTML? {
    let points = lines.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    guard let minX = points.map(\.x).min(), let maxX = points.map(\.x).max(),
      let minY = points.map(\.y).min(), let maxY = points.map(\.y).max()
    else { return nil }
    let ticksX = Self.ticks(from: minX, to: maxX)
    let ticksY = Self.ticks(from: minY, to: maxY)
    let frame = Frame(
      x: (min(minX, ticksX.first ?? minX), max(maxX, ticksX.last ?? maxX)),
      y: (min(minY, ticksY.first ?? minY), max(maxY, ticksY.last ?? maxY)))
    return HTML.joined([
      HTML.joined(ticksX.map { frame.verticalTick($0) }),
      HTML.joined(ticksY.map { frame.horizontalTick($0) }),
      HTML.joined(lines.map { frame.path($0) }), axisLabels,
    ])
  }

  private var legend: HTML {
    .joined(
      lines.map { "<span class=\"key \($0.style)\"></span>\($0.name)" }, separator: " &nbsp; ")
  }

  private var axisLabels: HTML {
    let (width, height) = (Int(Self.size.width), Int(Self.size.height))
    return """
      <text class="axis" x="\(width / 2)" y="\(height - 4)" text-anchor="middle">\(xLabel)</text>
      <text class="axis" x="12" y="\(height / 2)" text-anchor="middle" \
      transform="rotate(-90 12 \(height / 2))">\(yLabel)</text>
      """
  }

  /// About five round values that span a range.
  static func ticks(from low: Double, to high: Double) -> [Double] {
    guard high > low else { return [low] }
    var step = 1.0
    while step > (high - low) { step /= 10 }
    while step * 10 <= (high - low) { step *= 10 }
    // 1, 2 and 5 times a power of ten: the largest that gives at least four intervals.
    if let finer = [1, 0.5, 0.2, 0.1].map({ $0 * step }).first(where: { (high - low) / $0 >= 4 }) {
      step = finer
    }
    let first = (low / step).rounded(.down)
    let last = (high / step).rounded(.up)
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }

  /// Maps values to the drawing's coordinates.
  private struct Frame {
    var x: (low: Double, high: Double)
    var y: (low: Double, high: Double)

    func left(_ value: Double) -> String {
      let span = x.high > x.low ? x.high - x.low : 1
      let width = LineChart.size.width - LineChart.margin.left - LineChart.margin.right
      return Self.number(LineChart.margin.left + (value - x.low) / span * width)
    }

    func top(_ value: Double) -> String {
      let span = y.high > y.low ? y.high - y.low : 1
      let height = LineChart.size.height - LineChart.margin.top - LineChart.margin.bottom
      return Self.number(LineChart.margin.top + (y.high - value) / span * height)
    }

    func verticalTick(_ value: Double) -> HTML {
      let bottom = Self.number(LineChart.size.height - LineChart.margin.bottom)
      return """
        <text class="tick" x="\(left(value))" y="\(bottom)" dy="16" text-anchor="middle">\
        \(Self.label(value))</text>
        """
    }

    func horizontalTick(_ value: Double) -> HTML {
      let right = Self.number(LineChart.size.width - LineChart.margin.right)
      let edge = Self.number(LineChart.margin.left)
      return """
        <line class="grid" x1="\(edge)" x2="\(right)" y1="\(top(value))" y2="\(top(value))"/>
        <text class="tick" x="\(edge)" y="\(top(value))" dx="-6" dy="4" text-anchor="end">\
        \(Self.label(value))</text>
        """
    }

    func path(_ line: Line) -> HTML {
      let points = line.points.filter { $0.x.isFinite && $0.y.isFinite }
      let corners = points.map { "\(left($0.x)),\(top($0.y))" }.joined(separator: " ")
      let dots = line.dots ? points : []
      return """
        <polyline class="\(line.style)" points="\(corners)"/>
        \(HTML.joined(dots.map { "<circle class=\"\(line.style)\" cx=\"\(left($0.x))\" cy=\"\(top($0.y))\" r=\"3.5\"/>" }))
        """
    }

    private static func number(_ value: Double) -> String {
      NumberText.decimal(value, 1).filter { $0 != "," }
    }

    private static func label(_ value: Double) -> String {
      value == value.rounded() ? NumberText.decimal(value, 0) : NumberText.decimal(value, 2)
    }
  }
}
