import Artifacts
import Synchronization

/// The bytes of a tokenizer's `tokenizer.json` and their digest.
///
/// They are made when first asked for: for a vocabulary read from a rank file that takes longer
/// than reading it.
final class TokenizerContent: Sendable {
  private struct State {
    var bytes: [UInt8]?
    var digest: Digest?
  }

  private let state: Mutex<State>
  private let make: @Sendable () throws -> [UInt8]
  /// The file of another kind that the tokenizer came from; empty if there is none.
  let source: [UInt8]

  /// The content `bytes`, or what `make` gives.
  ///
  /// - Parameters:
  ///   - digest: that of `bytes`, if it is known.
  ///   - source: what the digest is of where `make` throws.
  init(
    _ bytes: [UInt8]?, digest: Digest? = nil, source: [UInt8] = [],
    make: @escaping @Sendable () throws -> [UInt8]
  ) {
    state = Mutex(State(bytes: bytes, digest: digest))
    self.source = source
    self.make = make
  }

  /// The file's bytes.
  ///
  /// - Throws: what `make` throws.
  var bytes: [UInt8] { get throws { try state.withLock { try bytes(&$0) } } }

  /// The digest of the file's bytes, or, if there can be no such file, of the source's.
  var digest: Digest {
    state.withLock { state in
      if let digest = state.digest { return digest }
      let digest = Digest(of: (try? bytes(&state)) ?? source)
      state.digest = digest
      return digest
    }
  }

  private func bytes(_ state: inout State) throws -> [UInt8] {
    if let bytes = state.bytes { return bytes }
    let bytes = try make()
    state.bytes = bytes
    return bytes
  }
}
