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
  private let make: @Sendable () -> [UInt8]

  /// The content `bytes`, or what `make` gives.
  init(_ bytes: [UInt8]?, make: @escaping @Sendable () -> [UInt8]) {
    state = Mutex(State(bytes: bytes))
    self.make = make
  }

  /// The file's bytes.
  var bytes: [UInt8] { state.withLock { bytes(&$0) } }

  /// The digest of the file's bytes.
  var digest: Digest {
    state.withLock { state in
      if let digest = state.digest { return digest }
      let digest = Digest(of: bytes(&state))
      state.digest = digest
      return digest
    }
  }

  private func bytes(_ state: inout State) -> [UInt8] {
    if let bytes = state.bytes { return bytes }
    let bytes = make()
    state.bytes = bytes
    return bytes
  }
}
