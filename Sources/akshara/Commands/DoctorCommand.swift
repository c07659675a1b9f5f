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
    StandardError.print("akshara \(AksharaVersion.text)")
    StandardError.print("cores: \(ProcessInfo.processInfo.activeProcessorCount)")
    StandardError.print("ICU \(ICUVersion.library), Unicode \(ICUVersion.unicode)")
    let backend = try CPUBackend(threads: 1)
    StandardError.print("CPU backend: \(backend.configuration)")
  }
}
