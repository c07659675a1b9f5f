/// Text of one origin: the words in it, counted apart so that it can have a weight of its own.
struct TrainingSource: Sendable {
  var name: String
  var counter: WordCounter
}
