/// A GPU as its maker's data sheet describes it.
package struct GPUModel: Sendable {
  /// What `--gpu` calls it.
  package let name: String
  /// Dense matrix products in bfloat16 (float16 where it has none), in TFLOP/s.
  let teraflops: Double
  /// Memory bandwidth in TB/s.
  let bandwidth: Double
  /// Memory in bytes.
  let memory: Int

  private init(_ name: String, _ teraflops: Double, _ bandwidth: Double, gigabytes: Int) {
    self.name = name
    self.teraflops = teraflops
    self.bandwidth = bandwidth
    memory = gigabytes * 1_000_000_000
  }

  /// The share of the peak that a QLoRA step is taken to reach: matrices are dequantized before each
  /// product, adapters are narrow, and batches small. An assumption, stated with every estimate.
  static let efficiency = 0.35
  /// What the driver's context, the libraries' workspaces and fragmentation are taken to need.
  static let overhead = 1_500_000_000

  /// Sources: NVIDIA's data sheets of each product, dense figures (half of those "with sparsity").
  package static let known: [GPUModel] = [
    GPUModel("h200", 989, 4.8, gigabytes: 141), GPUModel("h100", 989, 3.35, gigabytes: 80),
    GPUModel("h100-pcie", 756, 2.0, gigabytes: 80), GPUModel("a100-80gb", 312, 2.04, gigabytes: 80),
    GPUModel("a100-40gb", 312, 1.56, gigabytes: 40), GPUModel("l40s", 362, 0.864, gigabytes: 48),
    GPUModel("l4", 121, 0.3, gigabytes: 24), GPUModel("a10g", 70, 0.6, gigabytes: 24),
    GPUModel("rtx4090", 165, 1.01, gigabytes: 24), GPUModel("rtx3090", 71, 0.936, gigabytes: 24),
    GPUModel("t4", 65, 0.32, gigabytes: 16), GPUModel("v100", 125, 0.9, gigabytes: 16),
  ]
}
