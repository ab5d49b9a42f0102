"""Tiny graphs that take and give what the known models do: SAM's family in its three forms, LaMa, MI-GAN.

What they answer is simple enough to know beforehand. An encoder keeps the picture's mean brightness, 0 to 10, in 64 x
64 cells. A decoder's answer is above 0 where the brightness is that at a point inside, give or take a tenth of white,
and not that at a point outside. The middle of a box is a point inside, and what
is beyond the box is not above 0. A remover fills the hole with the mean of all it sees.
"""

from __future__ import annotations

from pathlib import Path

import onnx
import onnx.parser

_HEAD = '<ir_version: 8, opset_import: ["": 17]> net '

# From cells (1, 1, 64, 64), points (n, 2) in a square of 1024 and labels (n): low (1, 1, 256, 256), three candidates.
_ANSWER = """
    sixteen = Constant <value_float = 16.0> ()
    zero = Constant <value_float = 0.0> ()
    last = Constant <value_float = 63.0> ()
    one = Constant <value_float = 1.0> ()
    never = Constant <value_float = -20.0> ()
    five = Constant <value_float = 5.0> ()
    little = Constant <value_float = 0.05> ()
    y_first = Constant <value_ints = [1, 0]> ()
    second_axis = Constant <value_ints = [2]> ()
    plane_shape = Constant <value_ints = [64, 64]> ()
    image_shape = Constant <value_ints = [1, 1, 64, 64]> ()
    answer_shape = Constant <value_ints = [1, 1, 256, 256]> ()
    two = Constant <value_float = 2.0> ()
    three_ = Constant <value_float = 3.0> ()
    half = Constant <value_float = 0.5> ()
    far = Constant <value_float = 9999.0> ()
    not_far = Neg (far)
    start = Constant <value_int = 0> ()
    side = Constant <value_int = 64> ()
    unit = Constant <value_int = 1> ()
    last_axis = Constant <value_ints = [1]> ()
    numbers = Range (start, side, unit)
    counted = Cast <to = 1> (numbers)
    halves = Add (counted, half)
    middles = Mul (halves, sixteen)
    as_row = Constant <value_ints = [1, 64]> ()
    as_column = Constant <value_ints = [64, 1]> ()
    across = Reshape (middles, as_row)
    down = Reshape (middles, as_column)
    is_first = Equal (labels, two)
    is_second = Equal (labels, three_)
    first_wide = Unsqueeze (is_first, last_axis)
    second_wide = Unsqueeze (is_second, last_axis)
    low_corners = Where (first_wide, points, not_far)
    high_corners = Where (second_wide, points, far)
    low_corner = ReduceMax <axes = [0], keepdims = 0> (low_corners)
    high_corner = ReduceMin <axes = [0], keepdims = 0> (high_corners)
    corner_sum = Add (low_corner, high_corner)
    box_middle = Mul (corner_sum, half)
    index_x = Constant <value_int = 0> ()
    index_y = Constant <value_int = 1> ()
    left = Gather (low_corner, index_x)
    top = Gather (low_corner, index_y)
    right = Gather (high_corner, index_x)
    bottom = Gather (high_corner, index_y)
    past_left = Greater (across, left)
    before_right = Less (across, right)
    past_top = Greater (down, top)
    before_bottom = Less (down, bottom)
    in_columns = And (past_left, before_right)
    in_rows = And (past_top, before_bottom)
    in_box = And (in_columns, in_rows)
    asked = Where (first_wide, box_middle, points)
    in_cells = Div (asked, sixteen)
    floored = Floor (in_cells)
    clipped = Clip (floored, zero, last)
    whole = Cast <to = 7> (clipped)
    places = Gather <axis = 1> (whole, y_first)
    plane = Reshape (cells, plane_shape)
    values = GatherND (plane, places)
    column = Unsqueeze (plane, second_axis)
    difference = Sub (column, values)
    distance = Abs (difference)
    alike = Sub (one, distance)
    is_one = Equal (labels, one)
    is_inside = Or (is_one, is_first)
    is_outside = Equal (labels, zero)
    if_inside = Where (is_inside, zero, never)
    if_outside = Where (is_outside, zero, never)
    like_inside = Add (alike, if_inside)
    like_outside = Add (alike, if_outside)
    inside = ReduceMax <axes = [2], keepdims = 0> (like_inside)
    outside = ReduceMax <axes = [2], keepdims = 0> (like_outside)
    not_outside = Neg (outside)
    anywhere = Min (inside, not_outside)
    nowhere = Neg (one)
    both = Where (in_box, anywhere, nowhere)
    strong = Mul (both, five)
    small = Reshape (strong, image_shape)
    low = Resize <mode = "nearest"> (small, , , answer_shape)
    more = Add (low, little)
    contrary = Neg (low)
    three = Concat <axis = 1> (low, more, contrary)
"""

_QUALITY_OF_THREE = "Constant <value = float[1, 3] {0.9, 0.97, 0.5}> ()"


def efficient_sam(folder: Path) -> tuple[Path, Path]:
    """Encoder and decoder of EfficientSAM's form."""
    return (
        _saved(
            folder / "efficient_sam_encoder.onnx",
            """(float[batch, 3, height, width] batched_images) => (float[1, 1, 64, 64] image_embeddings) {
                square = Constant <value_ints = [1, 3, 1024, 1024]> ()
                ten = Constant <value_float = 10.0> ()
                stretched = Resize <mode = "linear"> (batched_images, , , square)
                grey = ReduceMean <axes = [1]> (stretched)
                pooled = AveragePool <kernel_shape = [16, 16], strides = [16, 16]> (grey)
                image_embeddings = Mul (pooled, ten)
            }""",
        ),
        _saved(
            folder / "efficient_sam_decoder.onnx",
            f"""(float[1, 1, 64, 64] image_embeddings, float[1, 1, count, 2] batched_point_coords,
                 float[1, 1, count] batched_point_labels, int64[2] orig_im_size)
                => (float[1, 1, 3, height, width] output_masks, float[1, 1, 3] iou_predictions) {{
                cells = Identity (image_embeddings)
                pairs = Constant <value_ints = [-1, 2]> ()
                flat = Constant <value_ints = [-1]> ()
                square = Constant <value_float = 1024.0> ()
                x_first = Constant <value_ints = [1, 0]> ()
                sides = Gather (orig_im_size, x_first)
                width_height = Cast <to = 1> (sides)
                given = Reshape (batched_point_coords, pairs)
                large = Mul (given, square)
                points = Div (large, width_height)
                labels = Reshape (batched_point_labels, flat)
                {_ANSWER}
                channels = Constant <value_ints = [1, 3]> ()
                wanted = Concat <axis = 0> (channels, orig_im_size)
                sized = Resize <mode = "linear"> (three, , , wanted)
                first_axis = Constant <value_ints = [1]> ()
                output_masks = Unsqueeze (sized, first_axis)
                quality = {_QUALITY_OF_THREE}
                iou_predictions = Unsqueeze (quality, first_axis)
            }}""",
        ),
    )


def mobile_sam(folder: Path, *, takes: str | None = "height, width") -> tuple[Path, Path]:
    """Encoder and decoder of MobileSAM's form. The encoder ``takes`` rows of so many pixels; with None, the square."""
    if takes:
        encoder = f"""(float[{takes}, 3] input_image) => (float[1, 1, 64, 64] image_embeddings) {{
            shape = Shape (input_image)
            side = Constant <value_ints = [1024, 1024, 3]> ()
            missing = Sub (side, shape)
            none = Constant <value_ints = [0, 0, 0]> ()
            pads = Concat <axis = 0> (none, missing)
            padded = Pad (input_image, pads)
            channels = Transpose <perm = [2, 0, 1]> (padded)
            zero = Constant <value_ints = [0]> ()
            image = Unsqueeze (channels, zero)
            grey = ReduceMean <axes = [1]> (image)
            pooled = AveragePool <kernel_shape = [16, 16], strides = [16, 16]> (grey)
            tenth = Constant <value_float = 25.5> ()
            image_embeddings = Div (pooled, tenth)
        }}"""
    else:
        encoder = """(float[1, 3, 1024, 1024] x) => (float[1, 1, 64, 64] image_embeddings) {
            grey = ReduceMean <axes = [1]> (x)
            pooled = AveragePool <kernel_shape = [16, 16], strides = [16, 16]> (grey)
            spread = Constant <value_float = 2.26> ()
            image_embeddings = Mul (pooled, spread)
        }"""
    return (
        _saved(folder / "mobile_sam.encoder.onnx", encoder),
        _saved(
            folder / "mobile_sam.decoder.onnx",
            f"""(float[1, 1, 64, 64] image_embeddings, float[1, count, 2] point_coords, float[1, count] point_labels,
                 float[1, 1, 256, 256] mask_input, float[1] has_mask_input, float[2] orig_im_size)
                => (float[1, 1, height, width] masks, float[1, 1] iou_predictions, float[1, 1, 256, 256] low_res_masks)
            {{
                cells = Identity (image_embeddings)
                first_axis = Constant <value_ints = [0]> ()
                points = Squeeze (point_coords, first_axis)
                labels = Squeeze (point_labels, first_axis)
                {_ANSWER}
                low_res_masks = Identity (low)
                masks = Identity (low)
                iou_predictions = Constant <value = float[1, 1] {{0.93}}> ()
            }}""",
        ),
    )


def sam2(folder: Path, embedding: str = "image_embeddings") -> tuple[Path, Path]:
    """Encoder and decoder of SAM 2's form; ``embedding`` is the decoder's name for the encoder's first output."""
    return (
        _saved(
            folder / "sam2_preprocess.onnx",
            """(float[1, 3, 1024, 1024] input) => (float[1, 1, 64, 64] image_embeddings,
                float[1, 1, 256, 256] high_res_features1, float[1, 1, 128, 128] high_res_features2) {
                grey = ReduceMean <axes = [1]> (input)
                pooled = AveragePool <kernel_shape = [16, 16], strides = [16, 16]> (grey)
                spread = Constant <value_float = 2.26> ()
                image_embeddings = Mul (pooled, spread)
                high_res_features1 = AveragePool <kernel_shape = [4, 4], strides = [4, 4]> (grey)
                high_res_features2 = AveragePool <kernel_shape = [8, 8], strides = [8, 8]> (grey)
            }""",
        ),
        _saved(
            folder / "sam2.onnx",
            f"""(float[1, 1, 64, 64] {embedding}, float[1, 1, 256, 256] high_res_features1,
                 float[1, 1, 128, 128] high_res_features2, float[questions, count, 2] point_coords,
                 float[questions, count] point_labels, float[questions, 1, 256, 256] mask_input,
                 float[questions] has_mask_input, int64[2] orig_im_size)
                => (float[1, 4, height, width] masks, float[1, 4] iou_predictions, float[1, 4, 256, 256] low_res_masks)
            {{
                cells = Identity ({embedding})
                first_axis = Constant <value_ints = [0]> ()
                points = Squeeze (point_coords, first_axis)
                labels = Squeeze (point_labels, first_axis)
                {_ANSWER}
                low_res_masks = Concat <axis = 1> (low, three)
                masks = Identity (low_res_masks)
                iou_predictions = Constant <value = float[1, 4] {{0.91, 0.9, 0.97, 0.5}}> ()
            }}""",
        ),
    )


def lama(path: Path, side: int | None = 512, white: float = 255.0) -> Path:
    """A remover of LaMa's form, for squares of ``side`` or, with None, any size. It answers in 0..``white``."""
    size = f"{side}, {side}" if side else "height, width"
    return _saved(
        path,
        f"""(float[1, 3, {size}] image, float[1, 1, {size}] mask) => (float[1, 3, {size}] output) {{
            one = Constant <value_float = 1.0> ()
            white = Constant <value_float = {white}> ()
            seen = Sub (one, mask)
            shown = Mul (image, seen)
            plane = Constant <value_ints = [2, 3]> ()
            total = ReduceSum <keepdims = 1> (shown, plane)
            count = ReduceSum <keepdims = 1> (seen, plane)
            mean = Div (total, count)
            invented = Mul (mean, mask)
            whole = Add (shown, invented)
            output = Mul (whole, white)
        }}""",
    )


def migan(path: Path) -> Path:
    """A remover of MI-GAN's form."""
    return _saved(
        path,
        """(uint8[batch, 3, height, width] image, uint8[batch, 1, height, width] mask)
            => (uint8[batch, 3, height, width] result) {
            white = Constant <value_float = 255.0> ()
            one = Constant <value_float = 1.0> ()
            plane = Constant <value_ints = [2, 3]> ()
            colours = Cast <to = 1> (image)
            keep = Cast <to = 1> (mask)
            seen = Div (keep, white)
            shown = Mul (colours, seen)
            total = ReduceSum <keepdims = 1> (shown, plane)
            count = ReduceSum <keepdims = 1> (seen, plane)
            mean = Div (total, count)
            hidden = Sub (one, seen)
            invented = Mul (mean, hidden)
            whole = Add (shown, invented)
            rounded = Round (whole)
            result = Cast <to = 2> (rounded)
        }""",
    )


def endless(path: Path) -> Path:
    """A graph that counts, and comes to no end anybody would wait for."""
    return _saved(
        path,
        """(float[1] start) => (float[1] end) {
            rounds = Constant <value_int = 1000000000000> ()
            always = Constant <value = bool {1}> ()
            end = Loop <body = round (int64 number, bool goes_on, float[1] before) => (bool on, float[1] after) {
                on = Identity (goes_on)
                one = Constant <value_floats = [1.0]> ()
                after = Add (before, one)
            }> (rounds, always, start)
        }""",
    )


def _saved(path: Path, graph: str) -> Path:
    model = onnx.parser.parse_model(_HEAD + graph)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path
