import Synchronization

/// Encoders with their tables, lent to one thread at a time, so that a tokenizer may be shared.
///
/// There are as many as threads ever encoded at once; each keeps its table (up to 36 MiB) for the
/// next text. Which of them encodes a text has no influence on its tokens.
final class EncoderPool<Encoder>: Sendable {
  /// An encoder on its way from one thread to another, never with two at once.
  private struct Loan: @unchecked Sendable {
    let encoder: Encoder
  }

  private let shelf = Mutex<[Loan]>([])
  private let make: @Sendable () -> Encoder

  /// A pool that makes encoders with `make` when all are lent.
  init(_ make: @escaping @Sendable () -> Encoder) { self.make = make }

  /// Makes an encoder now, so that the first text does not wait for it.
  func prepare() { withEncoder { _ in } }

  /// Runs `body` with an encoder that no other thread has.
  func withEncoder<R>(_ body: (Encoder) throws -> R) rethrows -> R {
    let loan = shelf.withLock { $0.popLast() } ?? Loan(encoder: make())
    defer { shelf.withLock { $0.append(loan) } }
    return try body(loan.encoder)
  }
}
