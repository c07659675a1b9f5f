internal import CICU

/// The library behind the Unicode tables.
public enum ICUVersion {
  /// ICU's version, such as `72.1`.
  public static var library: String { String(cString: cicu_version()) }
  /// The Unicode version of its tables, such as `15.0`.
  public static var unicode: String { String(cString: cicu_unicode_version()) }
}
