internal import Foundation
internal import Training

extension MetricsLine {
  /// The line for people.
  var text: String {
    var parts = ["step \(step)", String(format: "epoch %.2f", epoch)]
    if let loss { parts.append(String(format: "loss %.4f", loss)) }
    if let heldOutLoss { parts.append(String(format: "held-out loss %.4f", heldOutLoss)) }
    if let learningRate { parts.append(String(format: "learning rate %.2e", learningRate)) }
    return parts.joined(separator: ", ")
  }
}
