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

  /// Peaks are those of dense products in bfloat16 with float32 sums, half of what stands there "with
  /// sparsity"; of float16 where there is no bfloat16 (T4, V100). Memory counts in powers of ten.
  package static let known: [GPUModel] = [
    // "NVIDIA H200 Tensor Core GPU", data sheet: H200 SXM.
    GPUModel("h200", 989, 4.8, gigabytes: 141),
    // "NVIDIA H100 Tensor Core GPU", data sheet of 2023: H100 SXM and H100 PCIe.
    GPUModel("h100", 989, 3.35, gigabytes: 80), GPUModel("h100-pcie", 756, 2.0, gigabytes: 80),
    // "NVIDIA A100 Tensor Core GPU", data sheets of 2021 and 2020: SXM, 2,039 and 1,555 GB/s.
    GPUModel("a100-80gb", 312, 2.04, gigabytes: 80),
    GPUModel("a100-40gb", 312, 1.56, gigabytes: 40),
    // "NVIDIA L40S", data sheet: 362.05.
    GPUModel("l40s", 362, 0.864, gigabytes: 48),
    // "NVIDIA L4 Tensor Core GPU", data sheet: 242 with sparsity.
    GPUModel("l4", 121, 0.3, gigabytes: 24),
    // "NVIDIA A10G", data sheet, of Amazon's G5 instances.
    GPUModel("a10g", 70, 0.6, gigabytes: 24),
    // "NVIDIA Ada GPU Architecture", appendix A: 165.2, 1,008 GB/s.
    GPUModel("rtx4090", 165, 1.01, gigabytes: 24),
    // "NVIDIA Ampere GA102 GPU Architecture", appendix A: 71, 936 GB/s.
    GPUModel("rtx3090", 71, 0.936, gigabytes: 24),
    // "NVIDIA T4 Tensor Core GPU", data sheet: float16.
    GPUModel("t4", 65, 0.32, gigabytes: 16),
    // "NVIDIA V100 Tensor Core GPU", data sheet: SXM2 of 16 GB, float16.
    GPUModel("v100", 125, 0.9, gigabytes: 16),
  ]
}
