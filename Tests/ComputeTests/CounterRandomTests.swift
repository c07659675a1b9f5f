import Compute
import Testing

@Suite struct CounterRandomTests {
  /// Known answers of Random123 1.14 (`tests/kat_vectors`, philox4x32 with 10 rounds).
  @Test func givesTheKnownAnswersOfRandom123() {
    let zero = CounterRandom(seed: 0, stream: 0).bits(0)
    #expect(zero == (0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
    let ones = CounterRandom(seed: .max, stream: .max).bits(.max)
    #expect(ones == (0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
    // Counter 243f6a88 85a308d3 13198a2e 03707344, key a4093822 299f31d0: the digits of pi.
    let pi = CounterRandom(seed: 0x299F_31D0_A409_3822, stream: 0x0370_7344_1319_8A2E)
      .bits(0x85A3_08D3_243F_6A88)
    #expect(pi == (0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
  }

  @Test func fourElementsShareACounter() {
    let random = CounterRandom(seed: 5, stream: 9)
    let words = random.bits(3)
    let expected = [words.0, words.1, words.2, words.3].map { Float($0 >> 8) / Float(1 << 24) }
    #expect((12..<16).map(random.uniform) == expected)
  }

  @Test func numbersAreSpreadEvenly() {
    let random = CounterRandom(seed: 1, stream: 2)
    let count = 40_000
    let mean = (0..<count).reduce(0.0) { $0 + Double(random.uniform($1)) } / Double(count)
    // The mean of n uniform numbers has the deviation 1 / sqrt(12 n); five of them are allowed.
    #expect(abs(mean - 0.5) < 5 / (12 * Double(count)).squareRoot())
  }
}
