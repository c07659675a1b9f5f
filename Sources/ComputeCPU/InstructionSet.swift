internal import CTensorKernels
import Compute
internal import Glibc

/// The vector instructions that kernels and libraries may use.
enum InstructionSet: String, CaseIterable {
  case scalar
  case avx2
  case avx512

  /// The best that this machine has, or a lesser one that `AKSHARA_ISA` asks for.
  ///
  /// - Throws: when `AKSHARA_ISA` names something unknown, or more than the machine has.
  static func chosen() throws -> InstructionSet {
    try choice(environment: getenv("AKSHARA_ISA").map { String(cString: $0) }, best: best)
  }

  /// What `environment` asks for on a machine that has `best`.
  static func choice(environment: String?, best: InstructionSet) throws -> InstructionSet {
    guard let name = environment else { return best }
    guard let wanted = InstructionSet(rawValue: name) else {
      let names = allCases.map(\.rawValue).joined(separator: ", ")
      throw ComputeError("AKSHARA_ISA is `\(name)`", remedy: "use one of \(names)")
    }
    guard wanted.number <= best.number else {
      throw ComputeError(
        "AKSHARA_ISA is `\(name)`, which this machine does not have",
        remedy: "use \(best.rawValue) or leave it unset")
    }
    return wanted
  }

  /// The best that this machine has.
  static var best: InstructionSet {
    let number = ctensor_best_isa()
    return allCases.first { $0.number == number } ?? .scalar
  }

  /// The kernels compiled for it.
  var kernels: UnsafePointer<ctensor_kernels> { ctensor_kernels_for(number) }

  /// The loops around bfloat16 compiled for it, with the machine's own bfloat16 products if it has
  /// them.
  var narrow: UnsafePointer<ctensor_narrow> { ctensor_narrow_for(number, true) }

  /// The same without the machine's own bfloat16 products, for tests that compare them.
  var narrowWithoutProducts: UnsafePointer<ctensor_narrow> {
    ctensor_narrow_for(number, false)
  }

  /// What the bits of bfloat16 products depend on.
  var narrowName: String {
    self == .avx512 && ctensor_has_bfloat16() ? "avx512_bf16" : rawValue
  }

  /// The kernels' number of it.
  var number: Int32 {
    switch self {
    case .scalar: Int32(CTENSOR_SCALAR)
    case .avx2: Int32(CTENSOR_AVX2)
    case .avx512: Int32(CTENSOR_AVX512)
    }
  }

  /// What oneDNN is asked to stay below: a `dnnl_cpu_isa_t`; `nil` for no limit.
  var onednnLimit: Int32? {
    switch self {
    case .scalar: 0x1  // dnnl_cpu_isa_sse41, the least it knows
    case .avx2: 0x7  // dnnl_cpu_isa_avx2
    case .avx512: nil
    }
  }

  /// What OpenBLAS calls a core with these instructions; `nil` leaves the choice to it.
  var openblasCore: String? {
    switch self {
    case .scalar: nil
    case .avx2: "Haswell"
    case .avx512: "SkylakeX"
    }
  }

  /// oneDNN's name of a `dnnl_cpu_isa_t`, from its `dnnl_types.h`.
  static func onednnName(_ number: Int32) -> String {
    switch number {
    case 0x1: "sse41"
    case 0x3: "avx"
    case 0x7: "avx2"
    case 0x27: "avx512_core"
    case 0x67: "avx512_core_vnni"
    case 0xE7: "avx512_core_bf16"
    case 0x3E7: "avx512_core_amx"
    case 0x407: "avx2_vnni"
    default: "isa " + String(number, radix: 16)
    }
  }
}
