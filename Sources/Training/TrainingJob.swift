internal import Artifacts
public import Modeling

/// What is to be trained, from what, and where the results go.
public struct TrainingJob: Sendable {
  /// The base model.
  public var model: ModelFolder
  /// How it is trained.
  public var options: TrainingOptions
  /// The adapter; not for `method: full`.
  public var lora: LoRAOptions
  /// How the base is stored; only for `method: qlora`.
  public var quantization: QuantizationOptions
  /// What `adapter_config.json` names as the base: a hub ID, or a path.
  public var baseName: String
  /// The revision of the base on the hub, if it has one.
  public var baseRevision: String?
  /// What the run is called in reports, before the time; `nil`: the run directory's name.
  public var project: String?
  /// The run directory: metrics, checkpoints, and the adapter or model.
  public var directory: String

  /// A job.
  public init(
    model: ModelFolder, options: TrainingOptions, lora: LoRAOptions = LoRAOptions(),
    quantization: QuantizationOptions = QuantizationOptions(), baseName: String? = nil,
    baseRevision: String? = nil, project: String? = nil, directory: String
  ) {
    self.model = model
    self.options = options
    self.lora = lora
    self.quantization = quantization
    self.baseName = baseName ?? model.path
    self.baseRevision = baseRevision
    self.project = project
    self.directory = directory
  }

  /// What the run's results depend on besides the data and the device.
  ///
  /// - Throws: `unreadable` if the weights cannot be read.
  func setup() throws -> JSONObject {
    var object = JSONObject()
    object["training"] = options.resultJSON
    object["model"] = model.configuration.json
    if options.method != .full { object["lora"] = lora.json }
    if options.method == .qlora { object["quantization"] = quantization.json }
    if options.initialization == .pretrained {
      let digests = try model.weightFiles().map {
        (Path.name(of: $0), JSONValue.string(try Digest(ofFile: $0).description))
      }
      object["weights"] = .object(JSONObject(digests))
    }
    return object
  }
}
