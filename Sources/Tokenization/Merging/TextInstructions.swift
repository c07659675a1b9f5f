import Artifacts
internal import CTextKernels
internal import Foundation

/// The vector instructions that text kernels use.
enum TextInstructions: String, CaseIterable, Sendable {
  case scalar
  case avx2
  case avx512

  /// The best that this machine has, or a lesser one that `AKSHARA_ISA` asks for.
  ///
  /// - Throws: `invalidOption` when `AKSHARA_ISA` names something unknown, or more than the machine
  ///   has.
  static func chosen() throws -> TextInstructions {
    try choice(environment: getenv("AKSHARA_ISA").map { String(cString: $0) }, best: best)
  }

  /// What `environment` asks for on a machine that has `best`.
  static func choice(
    environment: String?, best: TextInstructions
  ) throws -> TextInstructions {
    guard let name = environment else { return best }
    guard let wanted = TextInstructions(rawValue: name) else {
      throw AksharaError(
        .invalidOption, "AKSHARA_ISA is `\(name)`",
        remedy: "use one of " + allCases.map(\.rawValue).joined(separator: ", "))
    }
    guard wanted.number <= best.number else {
      throw AksharaError(
        .invalidOption, "AKSHARA_ISA is `\(name)`, which this machine does not have",
        remedy: "use \(best.rawValue) or leave it unset")
    }
    return wanted
  }

  /// The best that this machine has.
  static var best: TextInstructions {
    let number = ctext_lookup_best_isa()
    return allCases.first { $0.number == number } ?? .scalar
  }

  /// The lookup compiled for it.
  var lookup: ctext_lookup { ctext_lookup_for(number) }

  fileprivate var number: Int32 {
    switch self {
    case .scalar: Int32(CTEXT_LOOKUP_SCALAR)
    case .avx2: Int32(CTEXT_LOOKUP_AVX2)
    case .avx512: Int32(CTEXT_LOOKUP_AVX512)
    }
  }
}

extension TextInstructions {
  /// The scan compiled for it, or, where it needs more of AVX-512 than the machine has, for less.
  var scan: ctext_scan { ctext_scan_for(min(number, ctext_scan_best_isa())) }

  /// Whether the machine has all that the scan compiled for it needs.
  var hasScan: Bool { number <= ctext_scan_best_isa() }
}
