import type { PluginName } from "../../autodiff/xla/plugin.ts";

/** A wheel of the Python package index. Only a file with this hash is installed. */
export interface Wheel {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** What has to be fetched for a device. */
export interface PluginSource {
  /** Devices that it computes on, in words. */
  readonly device: string;
  /** The wheel of the plugin, then those of libraries that it loads. */
  readonly wheels: readonly Wheel[];
  /** Place of the plugin's library among the files of its wheel. */
  readonly library: string;
  /** What else the machine must have. */
  readonly needs: string;
}

/** Platforms of the wheels, in the words of Node. */
export const wheelPlatform = { platform: "linux", arch: "x64" } as const;

export const pluginSources: Readonly<Record<PluginName, PluginSource>> = {
  cpu: {
    device: "the processor",
    wheels: [
      {
        name: "fastatomstruct-xla-cpu",
        version: "2026.6.23",
        sha256: "88b1c430b341b4bea40a37420311c9c75db6e22b46d2ff95b6986577bee6afe9",
        bytes: 63_200_622,
      },
    ],
    library: "fastatomstruct_xla_cpu/libpjrt_cpu.so",
    needs: "nothing else",
  },
  cuda: {
    device: "GPUs of NVIDIA",
    // The plugin, and the libraries that the package jax-cuda12-plugin names for it.
    wheels: [
      {
        name: "jax-cuda12-pjrt",
        version: "0.12.0.1",
        sha256: "5ec28e06198d094031c37590b4ea753ae8cde4879ab4b60baf40f0dffb673286",
        bytes: 191_846_358,
      },
      {
        name: "nvidia-cublas-cu12",
        version: "12.9.3.13",
        sha256: "d7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72",
        bytes: 581_217_458,
      },
      {
        name: "nvidia-cuda-cupti-cu12",
        version: "12.8.90",
        sha256: "ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182",
        bytes: 10_248_621,
      },
      {
        name: "nvidia-cuda-nvcc-cu12",
        version: "12.9.86",
        sha256: "5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0",
        bytes: 40_546_229,
      },
      {
        name: "nvidia-cuda-runtime-cu12",
        version: "12.9.79",
        sha256: "25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3",
        bytes: 3_493_179,
      },
      {
        name: "nvidia-cudnn-cu12",
        version: "9.28.0.42",
        sha256: "9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375",
        bytes: 716_538_495,
      },
      {
        name: "nvidia-cufft-cu12",
        version: "11.4.1.4",
        sha256: "c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28",
        bytes: 200_877_592,
      },
      {
        name: "nvidia-cusolver-cu12",
        version: "11.7.5.82",
        sha256: "15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88",
        bytes: 338_117_415,
      },
      {
        name: "nvidia-cusparse-cu12",
        version: "12.5.10.65",
        sha256: "73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78",
        bytes: 366_465_088,
      },
      {
        name: "nvidia-nccl-cu12",
        version: "2.32.3",
        sha256: "bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c",
        bytes: 351_526_311,
      },
      {
        name: "nvidia-nvjitlink-cu12",
        version: "12.9.86",
        sha256: "e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9",
        bytes: 39_748_338,
      },
      {
        name: "nvidia-cuda-nvrtc-cu12",
        version: "12.9.86",
        sha256: "210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4",
        bytes: 89_568_129,
      },
      {
        name: "nvidia-nvshmem-cu12",
        version: "3.8.0",
        sha256: "b2e5760d6158aefe7bb74348d5128bb1b46a7dd1fd4b7b1e6fe55b4b07888f70",
        bytes: 280_800_183,
      },
    ],
    library: "jax_plugins/xla_cuda12/xla_cuda_plugin.so",
    needs: "NVIDIA's driver for CUDA 12",
  },
  rocm: {
    device: "GPUs of AMD",
    wheels: [
      {
        name: "jax-rocm7-pjrt",
        version: "0.12.0",
        sha256: "4551d0714523355f2946ca1958c3f584e95661e467a641d36b726f718a1c7934",
        bytes: 133_415_872,
      },
    ],
    library: "jax_plugins/xla_rocm7/xla_rocm_plugin.so",
    needs: "ROCm 7, which AMD distributes",
  },
};
