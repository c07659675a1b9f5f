public import Compute
public import Modeling

/// Answers requests with several adapters over one base, each request with its own.
///
/// A request's answer is that of a run with its adapter alone: the base's tensors are shared and nothing
/// is mixed. Generators, with their buffers, are made when an adapter is first asked, and kept.
/// Not safe to share between threads.
public final class AdapterAnswerer {
  private let adapters: AdapterSet
  private let backend: any Backend
  private let framing: (String?) throws -> PromptAnswerer
  private var answerers: [String?: PromptAnswerer] = [:]
  private var generators: [String?: TextGenerator] = [:]

  /// An answerer over `adapters`.
  ///
  /// - Parameters:
  ///   - framing: how an adapter's prompts become tokens, asked for when it is first asked; `nil` stands
  ///     for the base.
  public init(
    _ adapters: AdapterSet, on backend: any Backend,
    framing: @escaping (String?) throws -> PromptAnswerer
  ) {
    self.adapters = adapters
    self.backend = backend
    self.framing = framing
  }

  /// The answers to `requests`, in their order, each handed out as it is there.
  ///
  /// - Parameters:
  ///   - stops: texts at which an answer stops.
  /// - Throws: `invalidOption` if a request names an adapter that is not there, which is seen before
  ///   the first answer is made, or a prompt is empty; what `framing` throws; `device` if there is no
  ///   room.
  public func answer(
    _ requests: [AnswerRequest], _ options: GenerationOptions, stops: [String] = [],
    onAnswer: (AnswerRequest, Answer) throws -> Void
  ) throws {
    let prompts = try requests.map { request in
      _ = try adapters.weights(of: request.adapter)
      return try answerer(of: request.adapter).tokens(of: request)
    }
    let positions = (prompts.map(\.count).max() ?? 0) + options.maximumTokens
    for (request, ids) in zip(requests, prompts) {
      let generator = try generator(of: request.adapter, positions: positions)
      let answer = try answerer(of: request.adapter)
        .answer(to: ids, by: generator, options, stops: stops)
      try onAnswer(request, answer)
    }
  }

  private func answerer(of name: String?) throws -> PromptAnswerer {
    if let answerer = answerers[name] { return answerer }
    let answerer = try framing(name)
    answerers[name] = answerer
    return answerer
  }

  private func generator(of name: String?, positions: Int) throws -> TextGenerator {
    if let generator = generators[name], generator.positions >= positions { return generator }
    let generator = try TextGenerator(
      adapters.weights(of: name), positions: positions, on: backend)
    generators[name] = generator
    return generator
  }
}
