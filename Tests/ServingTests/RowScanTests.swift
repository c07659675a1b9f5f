import Foundation
import Synchronization
import Testing

@testable import Serving

@Suite struct RowScanTests {
  private func wait(_ scan: RowScan) -> (rows: [Int], found: Int, scanned: Int, isDone: Bool) {
    while true {
      let page = scan.page(from: 0, count: 100_000)
      if page.isDone { return page }
      usleep(1000)
    }
  }

  @Test(arguments: [0, 1, 511, 512, 513, 5000])
  func everyRowIsLookedAtOnceAndInOrder(count: Int) {
    let page = wait(RowScan(count: count) { { $0 % 7 == 3 } })
    #expect(page.rows == (0..<count).filter { $0 % 7 == 3 })
    #expect(page.scanned == count && page.found == page.rows.count)
  }

  @Test func pagesAndPlacesAreThoseOfTheRowsFound() {
    let scan = RowScan(count: 1000) { { $0 % 10 == 0 } }
    _ = wait(scan)
    #expect(scan.page(from: 5, count: 3).rows == [50, 60, 70])
    #expect(scan.page(from: 99, count: 3).rows == [990])
    #expect(scan.page(from: 500, count: 3).rows == [])
    #expect([0, 1, 10, 11, 990, 991].map(scan.place(of:)) == [0, 1, 1, 2, 99, 100])
  }

  @Test func aScanThatIsStoppedKeepsWhatItFoundAndIsNotBegunAnew() {
    let shelf = ScanShelf()
    let starts = Atomic<Int>(0)
    let key = ScanShelf.Key(filter: RowFilter(), application: "1")
    func scan(_ key: ScanShelf.Key) -> RowScan {
      shelf.scan(key) {
        starts.add(1, ordering: .relaxed)
        return RowScan(count: .max) {
          { row in
            if row > 2000 { usleep(100) }
            return row < 100
          }
        }
      }
    }
    while scan(key).page(from: 0, count: 1).found < 100 { usleep(1000) }
    shelf.stop(key)
    let page = wait(scan(key))
    #expect(page.found == 100 && page.scanned < .max)
    #expect(starts.load(ordering: .relaxed) == 1)
    // The same filter applied again is asked again.
    let again = ScanShelf.Key(filter: RowFilter(), application: "2")
    _ = scan(again)
    shelf.stopAll()
    #expect(starts.load(ordering: .relaxed) == 2)
  }

  @Test func theOldestScansGo() {
    let shelf = ScanShelf()
    let starts = Atomic<Int>(0)
    for number in (0..<20).map(String.init) + ["19", "0"] {
      _ = shelf.scan(ScanShelf.Key(filter: RowFilter(), application: number)) {
        starts.add(1, ordering: .relaxed)
        return RowScan(count: 1) { { _ in true } }
      }
    }
    // The twentieth is there still, the first is not.
    #expect(starts.load(ordering: .relaxed) == 21)
  }
}
