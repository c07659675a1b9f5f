import Artifacts

@testable import Conversations

/// What an import makes of files: the conversations, the quarantine and the counts.
struct ImportOutcome: Equatable {
  let output: [UInt8]
  let quarantine: [UInt8]
  let report: ImportReport

  /// Imports.
  ///
  /// - Parameter plainly: whether rows go the slow way, through values of JSON one by one.
  init(_ options: ImportOptions, plainly: Bool) throws {
    var importer = Importer(options)
    importer.readsPlainly = plainly
    let (rows, aside) = (Memory(), Memory())
    let (writer, quarantine) = (ConversationWriter(sink: rows), JSONLinesWriter(sink: aside))
    report = try importer.run(into: writer, quarantine: quarantine)
    try writer.commit()
    try quarantine.commit()
    (output, self.quarantine) = (rows.bytes, aside.bytes)
  }

  /// Keeps what is written.
  private final class Memory: ByteSink {
    private(set) var bytes: [UInt8] = []

    func write(_ bytes: UnsafeRawBufferPointer) throws { self.bytes += bytes }
    func commit() throws -> Digest { Digest(of: []) }
  }
}
