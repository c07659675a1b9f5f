internal import Artifacts
internal import Foundation

extension ConfigurationReader {
  /// Reads both spellings: `rope_parameters` (transformers 5) and `rope_theta` + `rope_scaling`.
  mutating func rotary(positions: Int) throws -> RotaryParameters {
    let theta = try number("rope_theta", default: RotaryParameters().theta)
    let (new, old) = (value("rope_parameters"), value("rope_scaling"))
    guard let value = new ?? old else { return RotaryParameters(theta: theta) }
    var reader = try ConfigurationReader(value, at: location)
    let parameters = RotaryParameters(
      theta: try reader.number("rope_theta", default: theta),
      scaling: try reader.scaling(positions: positions))
    _ = try reader.neutral("partial_rotary_factor", 1)
    try reader.finish(inside: new == nil ? "rope_scaling" : "rope_parameters")
    return parameters
  }

  private mutating func scaling(positions: Int) throws -> RotaryParameters.Scaling {
    let (new, old) = (value("rope_type"), value("type"))
    guard let value = new ?? old, value != .string("default") else { return .none }
    switch value.string {
    case "linear": return .linear(factor: try factor())
    case "yarn": return .yarn(try yarn(positions: positions))
    case "llama3":
      return .llama3(
        factor: try number("factor", default: 8),
        lowFrequencyFactor: try number("low_freq_factor", default: 1),
        highFrequencyFactor: try number("high_freq_factor", default: 4),
        originalPositions: try optionalSize("original_max_position_embeddings") ?? positions)
    default:
      throw AksharaError(
        .unsupported, "`rope_type` is \(value.compactString)", at: location,
        remedy: "this decoder handles default, linear, llama3 and yarn")
    }
  }

  private mutating func factor() throws -> Double {
    let factor = try number("factor", default: 0)
    guard factor > 0 else {
      throw wrong("factor", value("factor") ?? .null, "a number above 0")
    }
    return factor
  }

  private mutating func yarn(positions: Int) throws -> YarnScaling {
    var scaling = YarnScaling(
      factor: try factor(),
      originalPositions: try optionalSize("original_max_position_embeddings") ?? positions,
      fastTurns: try number("beta_fast", default: 32),
      slowTurns: try number("beta_slow", default: 1),
      roundsBorders: try boolean("truncate", default: true))
    // As DeepSeek's files have it; the default where the two are there: their quotient.
    let top = try number("mscale", default: 0)
    let bottom = try number("mscale_all_dim", default: 0)
    if value("attention_factor") != nil {
      scaling.attentionFactor = try number("attention_factor", default: 1)
    } else if top != 0, bottom != 0, scaling.factor > 1 {
      let logarithm = 0.1 * log(scaling.factor)
      scaling.attentionFactor = (logarithm * top + 1) / (logarithm * bottom + 1)
    }
    return scaling
  }
}
