import Artifacts
import ComputeCPU
import Fixtures
import Foundation
import Testing

@testable import Training

@Suite struct TensorBoardTests {
  /// Check values of RFC 3720, appendix B.4.
  @Test func checksAreThoseOfTheStandard() {
    #expect(CRC32C.value(of: [UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.value(of: [UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.value(of: 0..<32) == 0x46DD_794E)
    #expect(CRC32C.value(of: "123456789".utf8) == 0xE306_9283)
  }

  /// `tensorboard.compat.proto` writes these bytes for the same event.
  @Test func anEventHasTheBytesOfProtobuf() {
    let event = EventMessage.scalars([("train/loss", 1.5)], step: 300, at: 2)
    #expect(
      event == [
        0x09, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x10, 0xAC, 0x02, 0x2A, 0x13, 0x0A, 0x11, 0x0A, 0x0A,
      ] + Array("train/loss".utf8) + [0x15, 0, 0, 0xC0, 0x3F])
    #expect(EventMessage.step(of: event) == 300)
    #expect(EventMessage.step(of: EventMessage.fileVersion(at: 2)) == nil)
  }

  @Test func recordsAreReadBackUpToACut() {
    let records: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 7, count: 300)]
    let file = records.flatMap(RecordFile.framed)
    #expect(RecordFile.records(in: file) == records)
    for cut in [1, 17, 320] { #expect(RecordFile.records(in: file.dropLast(cut)) != records) }
    #expect(RecordFile.records(in: file.dropLast(1)) == Array(records.dropLast()))
    var damaged = file
    damaged[13] ^= 1
    #expect(RecordFile.records(in: damaged).isEmpty)
  }

  @Test func aRunThatGoesOnWritesNoStepTwice() throws {
    let folder = TemporaryFolder()
    let model = try makeModelFolder(folder.file("model"))
    var options = TrainingOptions()
    options.method = .full
    options.initialization = .random
    options.maximumSteps = 12
    options.accumulation = 3
    options.loggingSteps = 1
    options.evaluation = .steps(4)
    options.saving = .steps(5)
    options.report = .tensorboard
    let job = TrainingJob(
      model: model, options: options, project: "toy", directory: folder.file("run"))
    #expect(throws: ToySource.Stopped.self) {
      try Trainer(
        job, source: ToySource().stopped(atStep: 9), on: CPUBackend(threads: 1)
      ).run()
    }
    _ = try Trainer(job, source: ToySource(), on: CPUBackend(threads: 1)).run()
    let names = Folder.list(folder.file("run/tensorboard"))
    #expect(names.count == 1)
    #expect(names.first?.wholeMatch(of: /toy-\d{4}-\d{2}-\d{2}-\d{6}/) != nil)
    let path = folder.file("run/tensorboard/\(names.first ?? "")/events.out.tfevents.akshara")
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let steps = RecordFile.records(in: Array(data)).compactMap(EventMessage.step)
    #expect(steps == [0, 1, 2, 3, 4, 4, 5, 6, 7, 8, 8, 9, 10, 11, 12, 12])
  }
}
