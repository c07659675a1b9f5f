internal import CServingAssets
internal import NIOCore

/// The files of the page, which stand in the program itself.
enum PageAssets {
  /// A file and what it is.
  struct Asset {
    let type: String
    let bytes: UnsafeBufferPointer<UInt8>

    var buffer: ByteBuffer { ByteBuffer(bytes: bytes) }
  }

  /// The file at a path; `nil` if there is none.
  static func asset(at path: String) -> Asset? {
    switch path {
    case "/": Asset(type: "text/html; charset=utf-8", bytes: bytes(cserving_page_html))
    case "/view.css": Asset(type: "text/css; charset=utf-8", bytes: bytes(cserving_page_css))
    case "/view.js": Asset(type: "text/javascript; charset=utf-8", bytes: bytes(cserving_page_js))
    case "/icon.svg": Asset(type: "image/svg+xml", bytes: bytes(cserving_page_icon))
    default: nil
    }
  }

  private static func bytes(
    _ file: (UnsafeMutablePointer<Int>) -> UnsafePointer<UInt8>
  ) -> UnsafeBufferPointer<UInt8> {
    var count = 0
    let start = file(&count)
    return UnsafeBufferPointer(start: start, count: count)
  }
}
