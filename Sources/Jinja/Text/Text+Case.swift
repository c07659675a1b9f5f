/// Upper and lower case, character by character; each piece keeps its origin.
extension Text {
  func uppercased() -> Text {
    mappingCharacters { _, scalar in scalar.properties.uppercaseMapping }
  }

  /// Python's `lower()`, with the final sigma.
  ///
  /// Source: Unicode 15, SpecialCasing.txt, condition Final_Sigma, as Python's `lower` applies it.
  func lowercased() -> Text {
    let all = withBytes { $0.contains(0xCE) } ? scalars : []
    return mappingCharacters { index, scalar in
      if scalar == "Σ" && Self.isFinalSigma(all, index) { return "ς" }
      return scalar.properties.lowercaseMapping
    }
  }

  /// Python's `capitalize()`.
  func capitalized() -> Text {
    mappingCharacters { index, scalar in
      index == 0 ? scalar.properties.titlecaseMapping : scalar.properties.lowercaseMapping
    }
  }

  /// Python's `title()`.
  func titlecased() -> Text {
    var followsCased = false
    return mappingCharacters { _, scalar in
      defer { followsCased = scalar.isPythonCased }
      return followsCased
        ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
    }
  }

  /// Python's `swapcase()`.
  func swappingCase() -> Text {
    mappingCharacters { _, scalar in
      if scalar.properties.isUppercase { return scalar.properties.lowercaseMapping }
      return scalar.properties.isLowercase ? scalar.properties.uppercaseMapping : String(scalar)
    }
  }

  private func mappingCharacters(_ mapping: (Int, Unicode.Scalar) -> String) -> Text {
    var builder = TextBuilder()
    var index = 0
    for piece in pieces {
      let scalars = piece.withBytes { String(decoding: $0, as: UTF8.self).unicodeScalars }
      var mapped: [UInt8] = []
      for scalar in scalars {
        mapped += mapping(index, scalar).utf8
        index += 1
      }
      builder.append(mapped, like: piece)
    }
    var text = builder.text
    text.isMarkup = isMarkup
    return text
  }

  private static func isFinalSigma(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
    let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
    let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return before?.isPythonCased == true && after?.isPythonCased != true
  }
}
