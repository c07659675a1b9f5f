internal import Foundation
import Tokenization

/// Encodes a file's documents in this process, again and again, and prints the seconds of each pass
/// as JSON: the first one cold, the later ones warm. `load` is CPU time.
///
///     tokenizer-benchmark TOKENIZER PATTERN|- CORPUS PASSES THREADS [IDS]
///
/// Documents are cut as `run.py` cuts them for the peers: after 16 KiB at the next line end. With
/// `IDS`, all IDs are written to that file, 32 bits each.
@main
struct TokenizerBenchmark {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 6, let passes = Int(arguments[4]), let threads = Int(arguments[5])
    else {
      print("usage: tokenizer-benchmark TOKENIZER PATTERN|- CORPUS PASSES THREADS [IDS]")
      exit(2)
    }
    let corpus = Array(try Data(contentsOf: URL(fileURLWithPath: arguments[3])))
    let documents = cut(corpus, after: 16 << 10)
    let start = Clock()
    let tokenizer = try BPETokenizer(
      contentsOf: arguments[1],
      pattern: arguments[2] == "-" ? nil : SplitPattern(named: arguments[2]))
    let load = start.elapsed
    let batch = TokenBatch()
    var times: [Clock.Elapsed] = []
    for _ in 0..<passes {
      let start = Clock()
      corpus.withUnsafeBufferPointer {
        tokenizer.encode($0, documents: documents, threads: threads, into: batch)
      }
      times.append(start.elapsed)
    }
    if arguments.count > 6 {
      var ids = Data()
      batch.forEach { _, tokens in ids.append(Data(buffer: tokens)) }
      try ids.write(to: URL(fileURLWithPath: arguments[6]))
    }
    print(
      "{\"bytes\": \(corpus.count), \"documents\": \(documents.count), \"tokens\": \(batch.tokenCount), "
        + "\"load\": \(load.cpu), \"wall\": \(times.map(\.wall)), \"cpu\": \(times.map(\.cpu))}")
  }

  /// The documents' byte ranges.
  private static func cut(_ corpus: [UInt8], after size: Int) -> [Range<Int>] {
    var documents: [Range<Int>] = []
    var start = 0
    while start < corpus.count {
      let from = min(start + size, corpus.count)
      let end = corpus[from...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? corpus.count
      documents.append(start..<end)
      start = end
    }
    return documents
  }
}

/// Wall and CPU seconds since a moment.
private struct Clock {
  struct Elapsed {
    var wall: Double
    var cpu: Double
  }

  private let wall = Self.seconds(CLOCK_MONOTONIC)
  private let cpu = Self.seconds(CLOCK_PROCESS_CPUTIME_ID)

  var elapsed: Elapsed {
    Elapsed(
      wall: Self.seconds(CLOCK_MONOTONIC) - wall,
      cpu: Self.seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu)
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
