// The compute kernels of Espalier: masked and fused element-wise work, in C.
//
// Contract, for every kernel:
//   - single-threaded, allocates nothing, has no state; callers split ranges over threads;
//   - matrices are feature-major: `rows` features, `columns` samples, row r starts at base + r * stride
//     (strides in elements, stride >= columns); any count, also 0, and any alignment are allowed;
//   - a mask is an array of 64-bit words, bit i of the flat row-major tensor is bit (i % 64) of word i / 64;
//     a NULL mask means "all ones"; kernels that work on a part of a masked tensor take parts that begin
//     at a multiple of 64 elements;
//   - the same table of functions exists for every instruction set; `espalier_kernels` returns it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espalier_columns.h"
#include "espalier_convolution.h"
#include "espalier_pooling.h"
#include "espalier_small_batch.h"
#include "espalier_structured.h"

#pragma clang assume_nonnull begin

/// The instruction sets a kernel table can be compiled for, weakest first.
typedef enum : int32_t {
  ESPALIER_PORTABLE = 0,  // compiler vector types, whatever the platform's baseline is
  ESPALIER_AVX2 = 1,      // AVX2 + FMA + F16C + BMI + POPCNT
  ESPALIER_AVX512 = 2,    // AVX-512 F, BW, DQ, VL and all of AVX2's
} EspalierInstructionSet;

/// Element-wise activations. `parameter` is LeakyReLU's negative slope; the others ignore it.
typedef enum : int32_t {
  ESPALIER_IDENTITY = 0,
  ESPALIER_RELU = 1,
  ESPALIER_LEAKY_RELU = 2,
  ESPALIER_SIGMOID = 3,
  ESPALIER_TANH = 4,
  ESPALIER_GELU = 5,  // x * Phi(x), the exact form by the error function
} EspalierActivation;

/// Adam's and AdamW's constants for one step.
typedef struct {
  float learning_rate;
  float beta1, beta2;
  float epsilon;
  float bias_correction1;  // 1 - beta1^t
  float bias_correction2;  // 1 - beta2^t
  float coupled_decay;     // L2: gradient += coupled_decay * weight   (Adam)
  float decoupled_decay;   // weight *= 1 - learning_rate * decoupled_decay   (AdamW)
} EspalierAdam;

/// Stochastic gradient descent's constants for one step.
typedef struct {
  float learning_rate;
  float momentum;      // 0: the velocity is neither read nor written and may be NULL
  float dampening;     // the share of the gradient kept out of the velocity
  float weight_decay;  // L2: gradient += weight_decay * weight
  bool nesterov;
  bool first_step;     // the velocity starts as the gradient itself, undampened
} EspalierSGD;

/// What one pass of a classification loss found.
typedef struct {
  double loss;      // the sum of the losses over the columns
  int64_t correct;  // columns whose largest logit is the target; the lowest index wins ties
} EspalierClassification;

/// Four rows of a block of a packed matrix, whose survivors are interleaved: slot 4 * step + r belongs to row r.
/// Rows are sorted by descending count, so counts[0] is the number of steps; a row with fewer survivors is
/// padded with slots whose value and gradient are 0 and whose offset is any within the block.
typedef struct {
  uint16_t rows[4];    // relative to the panel; ESPALIER_NO_ROW where there is none
  uint16_t counts[4];  // survivors of each row in this block
} EspalierSparseGroup;

enum { ESPALIER_NO_ROW = 0xffff };

/// The most samples of a narrow batch.
enum { ESPALIER_NARROW_COLUMNS = 4 };

/// A block of a packed matrix: some rows (a panel) times some columns, at most 65535 each.
typedef struct {
  const EspalierSparseGroup *groups;
  ptrdiff_t group_count;
  const uint16_t *offsets;  // one a slot: the column, relative to the block; four more may be read
} EspalierSparseBlock;

/// Which of the blocks of its panel a block is.
typedef enum : int32_t {
  ESPALIER_SPARSE_MIDDLE = 0,
  ESPALIER_SPARSE_FIRST = 1,  // starts the sums
  ESPALIER_SPARSE_LAST = 2,   // finishes them
  ESPALIER_SPARSE_ONLY = 3,   // both
} EspalierSparseStage;

typedef struct {
  // --- activations -----------------------------------------------------------------------------

  /// y[r, c] = f(y[r, c] + bias[r]), in place; `bias` may be NULL.
  void (*bias_activation)(
      float *y, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const float *_Nullable bias,
      EspalierActivation activation, float parameter);

  /// y[i] = f(x[i]); y may be x.
  void (*activation)(
      float *y, const float *x, ptrdiff_t count, EspalierActivation activation, float parameter);

  /// dx[i] = dy[i] * f'(...), with f' expressed by the output for identity, ReLU, LeakyReLU (slope > 0),
  /// sigmoid and tanh, and by the input for GELU: `reference` is that output or input. dx may be dy.
  void (*activation_gradient)(
      float *dx, const float *dy, const float *reference, ptrdiff_t count,
      EspalierActivation activation, float parameter);

  /// In one pass and in place: dy[r, c] *= f'(y[r, c]) for an activation whose derivative is expressed by
  /// its output (not GELU), and bias_gradient[r] = sum over c of the new dy[r, c].
  /// `y` has the same stride as `dy` and may be NULL for the identity, whose dy is only read;
  /// `bias_gradient` may be NULL.
  void (*activation_bias_gradient)(
      float *dy, const float *_Nullable y, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
      EspalierActivation activation, float parameter, float *_Nullable bias_gradient);

  /// Softmax over the rows of every column, or its logarithm; y may be x.
  void (*softmax)(
      float *y, const float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, bool logarithm);

  /// From the output y of `softmax` and dy: the gradient dx; dx may be dy.
  void (*softmax_gradient)(
      float *dx, const float *dy, const float *y, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
      bool logarithm);

  /// Inverted dropout: y[i] = x[i] / (1 - probability) or 0; y may be x. Element i is dropped when a hash of
  /// (key, first + i) falls below the probability, so the same key gives the same pattern: the backward pass
  /// calls it again on dy.
  void (*dropout)(
      float *y, const float *x, ptrdiff_t count, uint64_t key, uint64_t first, float probability);

  // --- losses ----------------------------------------------------------------------------------

  /// Log-softmax, cross-entropy with label smoothing, its gradient and the count of correct columns, in one
  /// pass. With q = (1 - smoothing) * onehot(target) + smoothing / rows: loss = -sum q log p;
  /// gradient = (p - q) * scale. `gradient` may be NULL or `logits`. Targets lie in 0..<rows (the caller
  /// checks). The loss of a column of NaN is NaN, and it never counts as correct.
  EspalierClassification (*softmax_cross_entropy)(
      const float *logits, float *_Nullable gradient, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
      const int32_t *targets, float smoothing, float scale);

  /// Returns the sum of (y - t)^2; gradient = 2 * (y - t) * scale, may be NULL or y.
  double (*squared_error)(
      const float *y, const float *targets, float *_Nullable gradient, ptrdiff_t count, float scale);

  // --- optimizers: one pass over weight, gradient and moments -----------------------------------
  // Where the mask is 0 the gradient counts as 0 and the weight and its moments are written as +0.0.

  void (*adam)(
      float *weight, const float *gradient, float *first_moment, float *second_moment,
      const uint64_t *_Nullable mask, ptrdiff_t count, const EspalierAdam *constants);

  void (*sgd)(
      float *weight, const float *gradient, float *_Nullable velocity, const uint64_t *_Nullable mask,
      ptrdiff_t count, const EspalierSGD *constants);

  // --- masks -----------------------------------------------------------------------------------

  /// y[i] = mask bit i ? x[i] : +0.0; y may be x.
  void (*apply_mask)(float *y, const float *x, const uint64_t *mask, ptrdiff_t count);

  /// mask bit i &= |x[i]| >= threshold (a NaN does not survive); returns how many bits are left among the
  /// first `count`. Bits beyond `count` in the last word become 0.
  ptrdiff_t (*mask_by_magnitude)(const float *x, uint64_t *mask, ptrdiff_t count, float threshold);

  /// The histogram of one digit of the magnitudes, for a radix selection. The key of x is the bit pattern of |x|, 0
  /// for a NaN; elements outside the mask are left out. Adds 1 to counts[(key >> shift) & (bins - 1)] for every key
  /// with key >> (shift + log2 bins) == prefix. `bins` is a power of two up to 2048; counts is not cleared.
  void (*magnitude_histogram)(
      const float *x, const uint64_t *_Nullable mask, ptrdiff_t count, uint32_t prefix, uint32_t shift,
      uint32_t bins, uint64_t *counts);

  /// Clears the mask bits of the elements whose key (see above) is below `key`, and of the first `ties` survivors
  /// whose key equals it. Returns how many of those ties it met, at most `ties`.
  ptrdiff_t (*mask_by_rank)(const float *x, uint64_t *mask, ptrdiff_t count, uint32_t key, ptrdiff_t ties);

  // --- reductions and data ----------------------------------------------------------------------

  /// out[0] = sum of x[i], out[1] = sum of (x[i] - shift)^2, accumulated in double precision.
  void (*moments)(const float *x, ptrdiff_t count, double shift, double *out);

  /// y[i] = a[i] + b[i]; y may be a or b.
  void (*sum)(float *y, const float *a, const float *b, ptrdiff_t count);

  /// destination[c, r] = source[r, c]: `rows` x `columns` becomes `columns` x `rows`.
  void (*transpose)(
      float *destination, ptrdiff_t destination_stride, const float *source, ptrdiff_t source_stride,
      ptrdiff_t rows, ptrdiff_t columns);

  /// The shuffled gather into the feature-major layout:
  /// destination[f, s] = bytes[indices[s] * features + f] * scale + offset, for s < samples, f < features.
  /// Reads exactly the addressed bytes.
  void (*gather_bytes)(
      float *destination, ptrdiff_t stride, const uint8_t *bytes, ptrdiff_t features,
      const int32_t *indices, ptrdiff_t samples, float scale, float offset);

  /// The same for float samples: destination[f, s] = source[indices[s] * features + f] * scale + offset.
  void (*gather_floats)(
      float *destination, ptrdiff_t stride, const float *source, ptrdiff_t features,
      const int32_t *indices, ptrdiff_t samples, float scale, float offset);

  // --- packed matrices: one block times one tile -------------------------------------------------
  // A tile holds up to `tile_columns` samples of the block's columns, which are features of x: row f starts at
  // tile + f * tile_stride. Whole vectors of 16 are read: beyond the tile's columns there must be zeros.

  /// The most columns of a tile: 16, 32 or 64.
  ptrdiff_t tile_columns;

  /// Copies `rows` rows of x into a tile whose stride is `columns` rounded up to 16, with 0 beyond its columns.
  void (*pack_tile)(float *tile, const float *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t columns);

  /// y[row, c] += sum over the row's survivors of value * tile[offset, c], for the rows of the block's groups. The first
  /// block of a panel starts from bias[row] (0 if `bias` is NULL); the last finishes with y = max(floor, y).
  void (*sparse_product)(
      const EspalierSparseBlock *block, const float *values, const float *tile, ptrdiff_t tile_stride, float *y,
      ptrdiff_t stride, ptrdiff_t columns, EspalierSparseStage stage, const float *_Nullable bias, float floor);

  /// gradient[slot] = sum over c of dy[row, c] * tile[offset, c], or adds it; exactly 0 for padding.
  void (*sparse_sampled_product)(
      const EspalierSparseBlock *block, const float *tile, ptrdiff_t tile_stride, const float *dy,
      ptrdiff_t stride, ptrdiff_t columns, bool accumulate, float *gradient);

  /// y[slot] = values[positions[slot]] for the `count` slots of a block: the values of a transposed layout. Exactly 0
  /// for padding, whose positions are read too. Positions are below 2^31.
  void (*sparse_gather_values)(
      const EspalierSparseBlock *block, float *y, const float *values, const uint32_t *positions,
      ptrdiff_t count);

  /// y[i] = x[i] as IEEE binary16, rounded to nearest with ties to even; from 65520 on infinite.
  void (*half_precision)(uint16_t *y, const float *x, ptrdiff_t count);

  // --- small batches ----------------------------------------------------------------------------
  // See espalier_small_batch.h; `bias` may be NULL. Each y[r, c] is a sum in an order of its own that does not depend
  // on the parts a product is split into.

  /// y[r] = f(sum of W[r, k] x[k] + bias[r]) for the rows of the groups first ..< last.
  void (*sparse_vector_product)(
      float *y, const EspalierVectorLayout *layout, ptrdiff_t first, ptrdiff_t last, const float *x,
      const float *_Nullable bias, EspalierActivation activation, float parameter);

  /// y[r, c] = f(sum of W[r, k] x[k, c] + bias[r]) for the rows of the panels first ..< last and all columns.
  void (*sparse_small_batch_product)(
      float *y, ptrdiff_t stride, const EspalierSmallBatchLayout *layout, ptrdiff_t first, ptrdiff_t last,
      const float *x, ptrdiff_t x_stride, ptrdiff_t columns, const float *_Nullable bias,
      EspalierActivation activation, float parameter);

  /// The same for a dense W in panels of sixteen rows, W[r, k] at weights[(r / 16 * inner + k) * 16 + r % 16], padded to
  /// whole panels, and contiguous x and y; for few columns.
  void (*small_dense_product)(
      float *y, const float *weights, ptrdiff_t rows, ptrdiff_t inner, const float *x, ptrdiff_t columns,
      const float *_Nullable bias, EspalierActivation activation, float parameter);

  // --- matrices with a structure ----------------------------------------------------------------
  // See espalier_structured.h; otherwise as for small batches.

  /// y[r] = f(sum of W[r, k] x[k] + bias[r]) for the rows of blocks first ..< last.
  void (*block_vector_product)(
      float *y, const EspalierBlockLayout *layout, ptrdiff_t first, ptrdiff_t last, const float *x,
      const float *_Nullable bias, EspalierActivation activation, float parameter);

  /// y[r, c] = f(sum of W[r, k] x[k, c] + bias[r]) for the rows of blocks first ..< last and all columns.
  void (*block_batch_product)(
      float *y, ptrdiff_t stride, const EspalierBlockLayout *layout, ptrdiff_t first, ptrdiff_t last,
      const float *x, ptrdiff_t x_stride, ptrdiff_t columns, const float *_Nullable bias,
      EspalierActivation activation, float parameter);

  /// The same for the groups first ..< last of sixteen rows; made for up to eight columns, right for any number.
  void (*window_product)(
      float *y, ptrdiff_t stride, const EspalierWindowLayout *layout, ptrdiff_t first, ptrdiff_t last,
      const float *x, ptrdiff_t x_stride, ptrdiff_t columns, const float *_Nullable bias,
      EspalierActivation activation, float parameter);

  // --- packed matrices: one block times a narrow batch, of 1 to ESPALIER_NARROW_COLUMNS samples -----
  // Rows lie side by side: row f of x and dx starts at x + f * columns, row r of y and dy at y + r * columns.

  /// What sparse_product does.
  void (*sparse_narrow_product)(
      const EspalierSparseBlock *block, const float *values, const float *x, float *y, ptrdiff_t columns,
      EspalierSparseStage stage, const float *_Nullable bias, float floor);

  /// In one pass over the positions: gradient[slot] = sum over c of dy[row, c] * x[offset, c], exactly 0 for padding,
  /// unless `gradient` is NULL; and dx[offset, c] += value * dy[row, c], unless `dx` is NULL. `x` may be NULL where
  /// `gradient` is, `values` where `dx` is.
  void (*sparse_narrow_gradients)(
      const EspalierSparseBlock *block, const float *_Nullable values, const float *_Nullable x,
      const float *dy, ptrdiff_t columns, float *_Nullable gradient, float *_Nullable dx);

  // --- products that read only the columns of some inputs ------------------------------------------
  // See espalier_columns.h; `bias` may be NULL.

  /// Lists the inputs whose magnitude is above `threshold` (at least 0), and all that are NaN; returns how many. There is
  /// room for `count` + 16 positions and values.
  ptrdiff_t (*inputs_above)(
      const float *x, ptrdiff_t count, float threshold, int32_t *positions, float *values);

  /// Lists the `most` inputs of the largest magnitude that is not 0, the lowest positions winning ties; a NaN is larger
  /// than infinity. Otherwise as `inputs_above`.
  ptrdiff_t (*largest_inputs)(
      const float *x, ptrdiff_t count, ptrdiff_t most, int32_t *positions, float *values);

  /// y[r] = f(sum over the active inputs k of W[r, k] x[k] + bias[r]) for the rows of the panels first ..< last. Panel p
  /// has the rows from 64 p on, rounded up to v vectors of sixteen, four but in the last; W[r, k] is at
  /// weights[64 p columns + 16 v k + r - 64 p].
  void (*dense_column_product)(
      float *y, const float *weights, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t first, ptrdiff_t last,
      const EspalierActiveInputs *inputs, const float *_Nullable bias, EspalierActivation activation,
      float parameter);

  /// The same for all rows of a sparse matrix. Returns how many survivors it read.
  ptrdiff_t (*sparse_column_product)(
      float *y, const EspalierColumnLayout *layout, const EspalierActiveInputs *inputs,
      const float *_Nullable bias, EspalierActivation activation, float parameter);

  // --- pooling -----------------------------------------------------------------------------------
  // See espalier_pooling.h: images of `channels` channels, and as many outputs of the windows' own height and width.

  /// y = the largest value of each window; a NaN is larger than all. Unless `taps` is NULL, which tap it is: row * columns +
  /// column, of equal values the first.
  void (*max_pool)(
      float *y, uint16_t *_Nullable taps, const float *x, ptrdiff_t channels, const EspalierWindows *windows);

  /// dx = the sum over the windows of dy at their tap, 0 elsewhere.
  void (*max_pool_gradient)(
      float *dx, const float *dy, const uint16_t *taps, ptrdiff_t channels, const EspalierWindows *windows);

  /// y = the mean of each window, where pixels outside the image are 0.
  void (*mean_pool)(float *y, const float *x, ptrdiff_t channels, const EspalierWindows *windows);

  /// dx = the sum over the windows of dy by what the mean divides by.
  void (*mean_pool_gradient)(
      float *dx, const float *dy, ptrdiff_t channels, const EspalierWindows *windows);

  /// y[c, s] = the mean over p of x[c, p, s].
  void (*channel_means)(float *y, const float *x, ptrdiff_t channels, ptrdiff_t pixels, ptrdiff_t batch);

  /// dx[c, p, s] = dy[c, s] / pixels.
  void (*channel_means_gradient)(
      float *dx, const float *dy, ptrdiff_t channels, ptrdiff_t pixels, ptrdiff_t batch);
  // --- convolutions -----------------------------------------------------------------------------
  // See espalier_convolution.h; `bias` may be NULL. Every sum runs over k in order from the bias on, whatever the lines and
  // columns, so that its bits do not depend on the parts a product is split into.

  /// The lanes of a register: rows of a product of fewer columns leave some of them idle.
  ptrdiff_t register_lanes;

  /// y[m, l, j] = max(floor, bias[m] + sum over k of W(k, m) x[k, l, j]).
  void (*shifted_product)(
      float *y, const float *x, const EspalierShiftedProduct *product, const float *_Nullable bias, float floor);

  /// y[m, l, j] += sum over k of W(k, m) x[k, l, j], for one m and one l after the other, so that their places may overlap.
  void (*shifted_product_sum)(float *y, const float *x, const EspalierShiftedProduct *product);

  /// gradient[m, k] += sum over l and j of dy[m, l, j] x[k, l, j].
  void (*shifted_gradient)(
      float *gradient, const float *dy, const float *x, const EspalierShiftedGradient *product);

  // The products of packed matrices, with each of the block's columns, features of x, anywhere: row f at x + x_rows[f]. Exactly
  // `columns` samples of a row are read, at most `tile_columns`.

  /// Otherwise what sparse_product does.
  void (*sparse_shifted_product)(
      const EspalierSparseBlock *block, const float *values, const float *x, const ptrdiff_t *x_rows, float *y,
      ptrdiff_t stride, ptrdiff_t columns, EspalierSparseStage stage, const float *_Nullable bias, float floor);

  /// y[y_rows[row] + c] += sum over the row's survivors of value * x[x_rows[offset] + c], one row after the other, so that
  /// their places may overlap.
  void (*sparse_shifted_sum)(
      const EspalierSparseBlock *block, const float *values, const float *x, const ptrdiff_t *x_rows, float *y,
      const ptrdiff_t *y_rows, ptrdiff_t columns);

  /// Otherwise what sparse_sampled_product does.
  void (*sparse_shifted_gradient)(
      const EspalierSparseBlock *block, const float *x, const ptrdiff_t *x_rows, const float *dy,
      ptrdiff_t stride, ptrdiff_t columns, bool accumulate, float *gradient);

  /// The pixels of a part of an image, 0 for those outside the image.
  void (*image_part)(float *part, const float *image, const EspalierImagePart *place);

  /// The pixels of an image that lie in a part of it; the others stay.
  void (*image_from_part)(float *image, const float *part, const EspalierImagePart *place);

  /// y[r, l, j] = x[r, l, j], each with its own distances of rows and lines.
  void (*copy_lines)(
      float *y, ptrdiff_t y_row, ptrdiff_t y_line, const float *x, ptrdiff_t x_row, ptrdiff_t x_line,
      ptrdiff_t rows, ptrdiff_t lines, ptrdiff_t columns);

  // --- normalisation -----------------------------------------------------------------------------
  // A channel is a row of `count` values.

  /// The mean of a channel and its biased variance; 0 and 0 for no values.
  void (*channel_statistics)(const float *x, ptrdiff_t count, float *mean, float *variance);

  /// y[i] = f((x[i] - mean) * factor + shift); y may be x.
  void (*normalize_channel)(
      float *y, const float *x, ptrdiff_t count, float mean, float factor, float shift,
      EspalierActivation activation, float parameter);

  /// dy[i] *= f'(y[i]), in place; sums[0] = the sum of the new dy, sums[1] = that of dy[i] * (x[i] - mean).
  void (*channel_gradient_sums)(
      float *dy, const float *y, const float *x, ptrdiff_t count, float mean, EspalierActivation activation,
      float parameter, double *sums);

  /// dx[i] = dy[i] * factor + (x[i] - mean) * slope + offset; dx may be dy.
  void (*channel_gradient)(
      float *dx, const float *dy, const float *x, ptrdiff_t count, float mean, float factor, float slope,
      float offset);

  /// Every column over its rows: y = (x - mean) * inverse * scale[r] + shift[r], with inverse = 1 / sqrt(variance +
  /// epsilon); `scale` and `shift` may be NULL, `mean` and `inverse` receive one number a column.
  void (*layer_norm)(
      float *y, const float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
      const float *_Nullable scale, const float *_Nullable shift, float epsilon, float *mean, float *inverse);

  /// With g = dy * scale and n = (x - mean) * inverse: dx = (g - mean of g - n * mean of g n) * inverse.
  void (*layer_norm_gradient)(
      float *dx, const float *dy, const float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
      const float *_Nullable scale, const float *mean, const float *inverse);

  /// scale_gradient[r] = the sum over the columns of dy * n, shift_gradient[r] = that of dy.
  void (*layer_norm_parameter_gradients)(
      float *scale_gradient, float *shift_gradient, const float *dy, const float *x, ptrdiff_t rows,
      ptrdiff_t columns, ptrdiff_t stride, const float *mean, const float *inverse);

  /// The confidence of a softmax over `count` logits; both parts are NaN where one logit is, or the largest is infinite.
  EspalierConfidence (*confidence)(const float *logits, ptrdiff_t count);

  /// A register-only chain of independent fused multiply-adds, `iterations` times; returns the floating-point
  /// operations done and stores a value that depends on all of them. Measures the machine's peak.
  double (*peak_fma)(ptrdiff_t iterations, float *sink);
} EspalierKernels;

/// Whether this processor (and this build) can run the table.
bool espalier_instruction_set_available(EspalierInstructionSet set);

/// The table compiled for an available instruction set; traps for one that is not.
const EspalierKernels *espalier_kernels(EspalierInstructionSet set);

#pragma clang assume_nonnull end
