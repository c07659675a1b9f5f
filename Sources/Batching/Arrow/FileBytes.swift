/// The bytes of a file, or of a part of one, for as long as this object lives.
protocol FileBytes: AnyObject, Sendable {
  /// Which file, for errors.
  var path: String { get }
  /// The bytes; valid as long as the object lives.
  var bytes: UnsafeRawBufferPointer { get }
}
