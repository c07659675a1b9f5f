internal import Artifacts
internal import Foundation

extension Pipeline {
  /// Sources up to this size are made into shards aside where there are none yet.
  private static let mostSourceBytes = 256 << 20

  /// What the training of this recipe will take.
  ///
  /// Where the run has no shards of this recipe yet, they are made in a temporary folder, which is
  /// removed; the run directory is not touched.
  ///
  /// - Parameters:
  ///   - shards: a shard set to use instead.
  ///   - gpu: a GPU of the table; `nil`: the device of this machine.
  /// - Throws: `invalidOption` if the sources are too large to be read for this; what the data stages
  ///   throw.
  package func estimate(shards: String? = nil, gpu: GPUModel? = nil) throws -> RunEstimate {
    let backend = try context.makeBackend()
    if let shards {
      return try Estimator(context.recipe, shards: shards).estimate(gpu: gpu, on: backend)
    }
    let isSharded = try plan(until: .shard).allSatisfy { $0.state == .done }
    if isSharded {
      return try Estimator(context.recipe, shards: context.shardFolder)
        .estimate(gpu: gpu, on: backend)
    }
    let bytes = try context.recipe.sourceFiles.reduce(0) { $0 + (Self.size(of: $1.path) ?? 0) }
    guard bytes <= Self.mostSourceBytes else {
      throw AksharaError(
        .invalidOption,
        "there are no shards yet, and the sources have \(bytes >> 20) MiB: too much to read for an "
          + "estimate",
        remedy: "run `akshara run RECIPE --until shard` first; `akshara run` goes on from there")
    }
    let folder = NSTemporaryDirectory() + "akshara-estimate-\(UUID().uuidString)"
    defer { try? Folder.remove(folder) }
    let aside = Pipeline(
      recipe: context.recipe, runDirectory: folder, threads: context.threads,
      makeBackend: context.makeBackend, report: { _ in }, progress: { _ in })
    _ = try aside.run(until: .shard)
    return try Estimator(context.recipe, shards: Path.join(folder, RunContext.Place.shards))
      .estimate(gpu: gpu, on: backend)
  }

  private static func size(of path: String) -> Int? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? NSNumber)?.intValue
  }
}
