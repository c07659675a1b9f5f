internal import CTensorKernels

/// The left factor of a product: rows of bfloat16, two elements of a row a word.
struct RoundedRows {
  let words: UnsafeMutablePointer<UInt32>
  /// Words from one row to the next.
  let stride: Int

  /// The part that begins at `row` and the pair of columns `pair`.
  func from(row: Int, pair: Int = 0) -> RoundedRows {
    RoundedRows(words: words + (row * stride + pair), stride: stride)
  }

  /// A stride for rows of `pairs` words: whole cache lines, an odd number of them, so that rows that
  /// are read side by side do not fall into the same set of a cache.
  static func stride(pairs: Int) -> Int { ((pairs + 15) / 16 | 1) * 16 }
}

/// The right factor of a product: panels of 32 columns, in each of which the words of a pair of rows
/// lie side by side; see `ctensor_narrow.h`.
struct PackedPanels {
  let words: UnsafeMutablePointer<UInt32>
  /// Pairs of rows: the height of a panel.
  let pairs: Int

  /// Columns of a panel.
  static let columns = Int(CTENSOR_PANEL)

  /// The words that panels for `columns` columns take.
  static func count(pairs: Int, columns: Int) -> Int {
    (columns + Self.columns - 1) / Self.columns * Self.columns * pairs
  }

  /// The part that begins at `column`, a panel's first, and at the pair of rows `pair`.
  func from(column: Int, pair: Int = 0) -> PackedPanels {
    PackedPanels(words: words + (column * pairs + pair * Self.columns), pairs: pairs)
  }
}

/// Products of bfloat16 factors with float32 sums, on the calling thread.
///
/// Each element of a product is summed over the pairs in their order, and over stretches of
/// `pairsAtOnce` in theirs, whatever the tile it is made in: so the bits never depend on how the work
/// was cut.
struct BFloat16Product: @unchecked Sendable {
  let table: ctensor_narrow
  /// `bfloat16 avx512_bf16`, for manifests.
  let description: String

  /// Pairs of a panel that are summed in one go: 128 KiB, which the second cache holds.
  private static let pairsAtOnce = 1024

  init(isa: InstructionSet) {
    table = isa.narrow.pointee
    description = "bfloat16 \(isa.narrowName)"
  }

  /// `c (+)= factors * rows panels`.
  ///
  /// - Parameters:
  ///   - a: `[rows, 2 pairs]`.
  ///   - b: `[2 pairs, columns]`.
  ///   - factors: one for each row; `nil` for 1.
  func multiply(
    _ a: RoundedRows, _ b: PackedPanels, to c: Matrix, rows: Int, columns: Int, pairs: Int,
    factors: UnsafePointer<Float>? = nil, accumulate: Bool = false
  ) {
    for first in stride(from: 0, to: pairs, by: Self.pairsAtOnce) {
      table.multiply(
        a.words + first, Int64(a.stride), b.words + first * PackedPanels.columns, Int64(b.pairs),
        Int64(rows), Int64(columns), Int64(min(Self.pairsAtOnce, pairs - first)), factors,
        accumulate || first > 0, c.pointer, Int64(c.stride))
    }
  }

  /// Rounds `rows` rows of `columns` elements.
  func round(
    _ x: Matrix, rows: Int, columns: Int, to target: RoundedRows, scale: Float = 1
  ) {
    let round = x.isTransposed ? table.round_columns : table.round_rows
    round(
      x.pointer, Int64(x.stride), Int64(rows), Int64(columns), scale, target.words,
      Int64(target.stride))
  }

  /// Packs a right factor of `rows` rows into the panels, from the pair of rows `first` on.
  func pack(
    _ x: Matrix, rows: Int, columns: Int, to panels: PackedPanels, first: Int = 0,
    scale: Float = 1
  ) {
    let pack = x.isTransposed ? table.pack_transposed : table.pack
    pack(
      x.pointer, Int64(x.stride), Int64(rows), Int64(columns), scale, panels.words,
      Int64(panels.pairs), Int64(first))
  }
}

/// How many pairs `count` elements make; an odd one is completed by a zero.
func pairCount(_ count: Int) -> Int { (count + 1) / 2 }

extension Scratch {
  /// Room for panels of `columns` columns and `pairs` pairs of rows.
  func panels(_ use: Use, pairs: Int, columns: Int) -> PackedPanels {
    PackedPanels(
      words: words(use, PackedPanels.count(pairs: pairs, columns: columns)), pairs: pairs)
  }

  /// Room for `rows` rounded rows of `pairs` words.
  func rounded(_ use: Use, rows: Int, pairs: Int) -> RoundedRows {
    let stride = RoundedRows.stride(pairs: pairs)
    return RoundedRows(words: words(use, rows * stride), stride: stride)
  }
}
