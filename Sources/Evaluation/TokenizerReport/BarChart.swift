/// Horizontal bars in groups as inline SVG, readable in light and dark; each bar has its number
/// beside it, so that colour is never the only sign.
struct BarChart {
  /// Bars that belong together.
  struct Group {
    /// What they are about.
    var name: String
    /// Their values, in the order of the chart's names.
    var values: [Double]
  }

  /// What each bar of a group is.
  var names: [String]
  /// The groups, from the top.
  var groups: [Group]
  /// The decimals of a number.
  var places: Int
  /// What follows a number.
  var unit: String

  private static let size = (bar: 18, gap: 4, group: 16, left: 300, width: 860, right: 90)
  /// The style sheet has so many colours for bars.
  private static let colours = 4

  /// The chart; a sentence if there is nothing to draw.
  var html: HTML {
    guard let most = groups.flatMap(\.values).max(), most > 0 else {
      return "<p>There is nothing above 0 to draw.</p>"
    }
    var top = 0
    var drawing: [HTML] = []
    for group in groups {
      drawing.append(
        "<text x=\"0\" y=\"\(top + Self.size.bar - 4)\" font-weight=\"600\">\(group.name)</text>")
      for (index, value) in group.values.enumerated() {
        drawing.append(bar(index, value, share: value / most, top: top))
        top += Self.size.bar + Self.size.gap
      }
      top += Self.size.group
    }
    return """
      <figure><svg viewBox="0 0 \(Self.size.width) \(top)" role="img" \
      aria-label="\(names.joined(separator: ", "))">\(HTML.joined(drawing))</svg></figure>
      """
  }

  private func bar(_ index: Int, _ value: Double, share: Double, top: Int) -> HTML {
    let room = Double(Self.size.width - Self.size.left - Self.size.right)
    let length = max(1, Int((share * room).rounded()))
    let baseline = top + Self.size.bar - 4
    return """
      <text x="\(Self.size.left - 8)" y="\(baseline)" text-anchor="end">\(names[index])</text>
      <rect class="bar-\(index % Self.colours)" x="\(Self.size.left)" y="\(top)" width="\(length)" \
      height="\(Self.size.bar)" rx="2"/>
      <text x="\(Self.size.left + length + 6)" y="\(baseline)">\(NumberText.decimal(value, places))\(unit)</text>
      """
  }
}
