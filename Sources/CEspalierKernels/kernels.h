// Every kernel and the table of them, compiled once for each instruction set by the file that includes this
// one.
#pragma once

#include "activations/activation.h"
#include "activations/activation_bias_gradient.h"
#include "activations/activation_gradient.h"
#include "activations/confidence.h"
#include "activations/dropout.h"
#include "activations/softmax.h"
#include "activations/softmax_gradient.h"
#include "convolution/image_parts.h"
#include "convolution/shifted_gradient.h"
#include "convolution/shifted_product.h"
#include "data/gather.h"
#include "data/halves.h"
#include "data/sums.h"
#include "data/transpose.h"
#include "espalier_kernels.h"
#include "losses/softmax_cross_entropy.h"
#include "losses/squared_error.h"
#include "machine/peak_fma.h"
#include "masks/apply_mask.h"
#include "masks/mask_by_magnitude.h"
#include "masks/selection.h"
#include "normalization/channel.h"
#include "normalization/layer.h"
#include "optimizers/adam.h"
#include "optimizers/sgd.h"
#include "pooling/channel_means.h"
#include "pooling/pool.h"
#include "pooling/pool_gradient.h"
#include "sparse/narrow_gradients.h"
#include "sparse/narrow_product.h"
#include "sparse/product.h"
#include "sparse/sampled_product.h"
#include "sparse/tiles.h"
#include "sparse/columns/active_inputs.h"
#include "sparse/columns/dense_columns.h"
#include "sparse/columns/sparse_columns.h"
#include "sparse/small_batch/batch_product.h"
#include "sparse/small_batch/dense_product.h"
#include "sparse/small_batch/vector_product.h"
#include "sparse/structured/block_batch_product.h"
#include "sparse/structured/block_vector_product.h"
#include "sparse/structured/window_product.h"

#define KERNEL_TABLE                                        \
  {                                                         \
    .bias_activation = bias_activation,                     \
    .activation = activation,                               \
    .activation_gradient = activation_gradient,             \
    .activation_bias_gradient = activation_bias_gradient,   \
    .softmax = softmax,                                     \
    .softmax_gradient = softmax_gradient,                   \
    .dropout = dropout,                                     \
    .softmax_cross_entropy = softmax_cross_entropy,         \
    .squared_error = squared_error,                         \
    .adam = adam,                                           \
    .sgd = sgd,                                             \
    .apply_mask = apply_mask,                               \
    .mask_by_magnitude = mask_by_magnitude,                 \
    .magnitude_histogram = magnitude_histogram,             \
    .mask_by_rank = mask_by_rank,                           \
    .moments = moments,                                     \
    .sum = sum,                                             \
    .transpose = transpose,                                 \
    .gather_bytes = gather_bytes,                           \
    .gather_floats = gather_floats,                         \
    .tile_columns = TILE_VECTORS * LANES,                   \
    .pack_tile = pack_tile,                                 \
    .sparse_product = sparse_product,                       \
    .sparse_sampled_product = sparse_sampled_product,       \
    .sparse_gather_values = sparse_gather_values,           \
    .half_precision = half_precision,                       \
    .sparse_vector_product = sparse_vector_product,         \
    .sparse_small_batch_product = sparse_small_batch_product,\
    .small_dense_product = small_dense_product,             \
    .block_vector_product = block_vector_product,           \
    .block_batch_product = block_batch_product,             \
    .window_product = window_product,                       \
    .sparse_narrow_product = sparse_narrow_product,         \
    .sparse_narrow_gradients = sparse_narrow_gradients,     \
    .inputs_above = inputs_above,                           \
    .largest_inputs = largest_inputs,                       \
    .dense_column_product = dense_column_product,           \
    .sparse_column_product = sparse_column_product,         \
    .max_pool = max_pool,                                   \
    .max_pool_gradient = max_pool_gradient,                 \
    .mean_pool = mean_pool,                                 \
    .mean_pool_gradient = mean_pool_gradient,               \
    .channel_means = channel_means,                         \
    .channel_means_gradient = channel_means_gradient,       \
    .register_lanes = REGISTER_LANES,                       \
    .shifted_product = shifted_product,                     \
    .shifted_product_sum = shifted_product_sum,             \
    .shifted_gradient = shifted_gradient,                   \
    .sparse_shifted_product = sparse_shifted_product,       \
    .sparse_shifted_sum = sparse_shifted_sum,               \
    .sparse_shifted_gradient = sparse_shifted_gradient,     \
    .image_part = image_part,                               \
    .image_from_part = image_from_part,                     \
    .copy_lines = copy_lines,                               \
    .channel_statistics = channel_statistics,               \
    .normalize_channel = normalize_channel,                 \
    .channel_gradient_sums = channel_gradient_sums,         \
    .channel_gradient = channel_gradient,                   \
    .layer_norm = layer_norm,                               \
    .layer_norm_gradient = layer_norm_gradient,             \
    .layer_norm_parameter_gradients = layer_norm_parameter_gradients,\
    .confidence = confidence,                               \
    .peak_fma = peak_fma,                                   \
  }
