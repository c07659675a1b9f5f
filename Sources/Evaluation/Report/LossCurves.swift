/// Training and held-out loss by step, as a chart for the report and as a file of its own.
package struct LossCurves: Sendable {
  /// Training loss.
  package var training: [ReportContent.CurvePoint]
  /// Held-out loss.
  package var heldOut: [ReportContent.CurvePoint]

  /// Curves through these points.
  package init(training: [ReportContent.CurvePoint], heldOut: [ReportContent.CurvePoint]) {
    self.training = training
    self.heldOut = heldOut
  }

  var chart: LineChart {
    func points(_ curve: [ReportContent.CurvePoint]) -> [(x: Double, y: Double)] {
      curve.map { (Double($0.step), $0.loss) }
    }
    return LineChart(
      xLabel: "optimizer step", yLabel: "loss, nats a token",
      lines: [
        .init(name: "training loss", style: "line-1", points: points(training), dots: false),
        .init(name: "held-out loss", style: "line-2", points: points(heldOut), dots: true),
      ])
  }

  /// An SVG file; `nil` if there is nothing to draw. The same points give the same bytes.
  package var svg: [UInt8]? { chart.file.map { Array($0.description.utf8) } }
}
