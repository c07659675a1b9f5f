public import Artifacts

/// The low-rank adapter: the recipe's `lora` table. Keys are those of PEFT's `LoraConfig`.
public struct LoRAOptions: Sendable, Equatable {
  /// Which linear layers carry an adapter.
  public enum Targets: Sendable, Equatable {
    /// Every linear layer of the decoder but the head, as PEFT's `all-linear`.
    case allLinear
    /// Those whose module name is one of these or ends in `.` and one of these.
    case named([String])
  }

  /// The rank (`r`).
  public var rank: Int
  /// alpha; the update is scaled by alpha / rank (`lora_alpha`).
  public var alpha: Double
  /// The probability with which an input element is dropped while training (`lora_dropout`).
  public var dropout: Double
  /// Which layers are adapted (`target_modules`).
  public var targets: Targets

  /// Options; the defaults are those of the QLoRA recipes for models of this size.
  public init(
    rank: Int = 16, alpha: Double = 32, dropout: Double = 0, targets: Targets = .allLinear
  ) {
    self.rank = rank
    self.alpha = alpha
    self.dropout = dropout
    self.targets = targets
  }

  /// Reads `r`, `lora_alpha`, `lora_dropout` and `target_modules`.
  ///
  /// - Throws: `invalidOption`.
  public init(reading reader: inout OptionReader) throws {
    rank = try reader.integer("r", in: 1...4096) ?? 16
    alpha = try reader.number("lora_alpha", in: 1e-6...1e6) ?? 32
    dropout = try reader.number("lora_dropout", in: 0...0.99) ?? 0
    targets = try Self.targets(from: reader.node("target_modules"))
    try reader.finish()
  }

  private static func targets(from node: OptionNode?) throws -> Targets {
    guard let node else { return .allLinear }
    if node.value == .scalar("all-linear") { return .allLinear }
    let names: [String]? =
      if case .list(let elements) = node.value {
        elements.reduce(into: []) { names, element in
          guard case .scalar(.string(let name)) = element.value else {
            names = nil
            return
          }
          names?.append(name)
        }
      } else { nil }
    guard let names, !names.isEmpty else {
      throw AksharaError(
        .invalidOption, "`lora.target_modules` is \(node.json.compactString)", at: node.location,
        remedy: "give `all-linear` or a list of names such as [q_proj, v_proj]")
    }
    return .named(names)
  }

  /// alpha / rank.
  public var scaling: Float { Float(alpha / Double(rank)) }

  /// All values as they are written into manifests.
  public var json: JSONValue {
    let modules: JSONValue =
      switch targets {
      case .allLinear: "all-linear"
      case .named(let names): .array(names.map { .string($0) })
      }
    return [
      "r": JSONValue(rank), "lora_alpha": .number(alpha), "lora_dropout": .number(dropout),
      "target_modules": modules,
    ]
  }

  /// The linear layers of `configuration` that carry an adapter, in the model's order.
  ///
  /// - Throws: `invalidOption` if a name fits none.
  func modules(in configuration: ModelConfiguration) throws -> [(Int, Projection)] {
    let all = (0..<configuration.layerCount).flatMap { layer in
      Projection.allCases.map { (layer, $0) }
    }
    guard case .named(let names) = targets else { return all }
    func fits(_ name: String, _ module: (Int, Projection)) -> Bool {
      let full = ParameterName.module(layer: module.0, module.1)
      return full == name || full.hasSuffix("." + name)
    }
    for name in names where !all.contains(where: { fits(name, $0) }) {
      let known = Projection.allCases.map(\.rawValue).joined(separator: ", ")
      throw AksharaError(
        .invalidOption, "no linear layer of the decoder is called `\(name)`",
        remedy: "`lora.target_modules` takes \(known), or all-linear")
    }
    return all.filter { module in names.contains { fits($0, module) } }
  }
}
