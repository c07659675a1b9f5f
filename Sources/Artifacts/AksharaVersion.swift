/// The toolchain's version, as manifests name it.
public enum AksharaVersion {
  /// Semantic version.
  public static let text = "0.1.0"
}
