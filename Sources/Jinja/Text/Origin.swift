/// Where bytes of a text come from.
///
/// Numbers from 0 on are given by whoever hands values to a template; they mean what they mean there.
package struct Origin: RawRepresentable, Hashable, Sendable {
  package let rawValue: Int32

  package init(rawValue: Int32) { self.rawValue = rawValue }

  /// Written in the template itself.
  package static let template = Origin(rawValue: -1)
  /// Made while rendering from what is no text: a number, a truth value, a date.
  package static let computed = Origin(rawValue: -2)

  /// Whether the bytes were given to the template from outside.
  package var isGiven: Bool { rawValue >= 0 }
}
