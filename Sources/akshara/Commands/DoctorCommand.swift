import ArgumentParser
import Artifacts
import Compute
import ComputeCPU
import Foundation
import Orthography

/// `akshara doctor`.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Says which libraries and instructions Akshara finds on this machine.")

  func run() throws {
    Terminal.say("akshara \(AksharaVersion.text)")
    Terminal.say("cores: \(ProcessInfo.processInfo.activeProcessorCount)")
    Terminal.say("ICU \(ICUVersion.library), Unicode \(ICUVersion.unicode)")
    let backend = try CPUBackend(threads: 1)
    Terminal.say("CPU backend: \(backend.configuration)")
  }
}
