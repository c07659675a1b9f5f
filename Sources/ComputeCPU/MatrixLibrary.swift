/// The library that makes matrix products.
public enum MatrixLibrary: String, Sendable, CaseIterable {
  /// oneDNN if it is installed, else OpenBLAS; `AKSHARA_MATMUL` in the environment overrides it.
  case automatic
  /// oneDNN, versions 2 and 3.
  case onednn
  /// OpenBLAS, held to one thread.
  case openblas
  /// Plain loops of our own: the slow twin in tests, and a way to run where neither is installed.
  case reference
}
