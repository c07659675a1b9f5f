/// What makes products of float32 matrices.
public enum MatrixLibrary: String, Sendable, CaseIterable {
  /// `builtin`; `AKSHARA_MATMUL` in the environment overrides it.
  case automatic
  /// Products of our own: as fast as the libraries, and the only ones that take no memory in a step.
  case builtin
  /// oneDNN, versions 2 and 3.
  case onednn
  /// OpenBLAS, held to one thread.
  case openblas
  /// Plain loops: the slow twin in tests.
  case reference
}
