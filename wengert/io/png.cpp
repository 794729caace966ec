// SPDX-License-Identifier: Apache-2.0
//
// libpng ends an error with longjmp, which must not pass over anything that has a destructor: every call of it stands
// in a function of its own that holds nothing of the kind.
#include "wengert/io/png.h"

#include <png.h>

#include <cmath>
#include <cstring>
#include <fmt/format.h>

#include "wengert/base/error.h"

namespace wengert {
namespace {

/// What libpng said last; it is handed a pointer to it.
struct Message {
  char text[160] = "";
};

[[noreturn]] void on_error(png_structp png, png_const_charp text) {
  auto* const message = static_cast<Message*>(png_get_error_ptr(png));
  std::strncpy(message->text, text, sizeof message->text - 1);
  png_longjmp(png, 1);
}
void on_warning(png_structp, png_const_charp) {}

/// A file in memory that is read in pieces.
struct Source {
  ByteView bytes;
  size_t at = 0;
};

void take(png_structp png, png_bytep to, size_t count) {
  auto* const source = static_cast<Source*>(png_get_io_ptr(png));
  if (count > source->bytes.size() - source->at) png_error(png, "the file ends early");
  std::memcpy(to, source->bytes.data() + source->at, count);
  source->at += count;
}

void append_bytes(png_structp png, png_bytep from, size_t count) {
  auto* const to = static_cast<Bytes*>(png_get_io_ptr(png));
  bool enough = true;
  try {
    to->insert(to->end(), from, from + count);
  } catch (const std::bad_alloc&) {
    enough = false;
  }
  if (!enough) png_error(png, "there is no memory for the file");
}
void flush_nothing(png_structp) {}

class Reader {
 public:
  Reader(ByteView bytes, const std::string& name)
      : source_{bytes}, name_(name),
        png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, &message_, on_error, on_warning)) {
    info_ = png_ != nullptr ? png_create_info_struct(png_) : nullptr;
    if (info_ == nullptr)
      throw ResourceError("W442", fmt::format("there is no memory to read {}", name), name, "free some memory");
  }
  ~Reader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Reader(const Reader&) = delete;

  Png read(size_t limit) {
    if (!header()) damaged();
    Png png{name_, Shape{height(), width(), png_get_channels(png_, info_)}, png_get_bit_depth(png_, info_)};
    expect_possible(png, limit);
    const size_t row_bytes = png_get_rowbytes(png_, info_);
    Bytes pixels(row_bytes * static_cast<size_t>(png.height()));
    std::vector<png_bytep> rows;
    for (int64_t y = 0; y < png.height(); ++y) rows.push_back(pixels.data() + static_cast<size_t>(y) * row_bytes);
    if (!image(rows.data())) damaged();
    png.samples.resize(static_cast<size_t>(png.shape.elements()));
    for (size_t k = 0; k < png.samples.size(); ++k)
      png.samples[k] = png.depth == 16 ? load<uint16_t>(pixels.data() + 2 * k, ByteOrder::big) : pixels[k];
    return png;
  }

 private:
  int64_t height() const { return png_get_image_height(png_, info_); }
  int64_t width() const { return png_get_image_width(png_, info_); }

  /// All up to the pixels, and what they are to be turned into.
  bool header() {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_set_read_fn(png_, &source_, take);
    png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_read_info(png_, info_);
    png_set_expand(png_);  // palettes to RGB, fewer bits to 8, transparent colours to alpha
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }
  bool image(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_read_image(png_, rows);
    png_read_end(png_, nullptr);
    return true;
  }
  /// A stream of deflate grows to 1032 times its length at most, so what a file of this length cannot hold is not even
  /// asked for.
  void expect_possible(const Png& png, size_t limit) {
    const auto bytes = static_cast<double>(png.shape.elements()) * 2;
    if (bytes > static_cast<double>(limit))
      throw ResourceError("W442",
                          fmt::format("the picture {} unpacks to {} bytes; the limit is {}", name_, bytes, limit),
                          name_, "make it smaller, or raise the limit");
    const double stored = static_cast<double>(width()) * static_cast<double>(height()) / 8;  // with a bit a pixel
    if (stored > 1032.0 * static_cast<double>(source_.bytes.size())) {
      std::strncpy(message_.text, "the file is too short for its width and height", sizeof message_.text - 1);
      damaged();
    }
  }
  [[noreturn]] void damaged() const {
    const bool signed_png = source_.bytes.size() >= 8 && png_sig_cmp(source_.bytes.data(), 0, 8) == 0;
    throw UsageError("W842",
                     fmt::format("{} is {}: {}", name_, signed_png ? "a damaged PNG file" : "no PNG file",
                                 signed_png ? message_.text : "it does not begin like one"),
                     {}, signed_png ? "make or copy it again" : "give a PNG file; others can be converted to it");
  }

  Message message_;
  Source source_;
  const std::string& name_;
  png_structp png_;
  png_infop info_ = nullptr;
};

class Writer {
 public:
  Writer() : png_(png_create_write_struct(PNG_LIBPNG_VER_STRING, &message_, on_error, on_warning)) {
    info_ = png_ != nullptr ? png_create_info_struct(png_) : nullptr;
    if (info_ == nullptr) fail();
  }
  ~Writer() { png_destroy_write_struct(&png_, &info_); }
  Writer(const Writer&) = delete;

  Bytes write(const Shape& shape, Bytes& pixels) {
    std::vector<png_bytep> rows;
    for (int64_t y = 0; y < shape[0]; ++y) rows.push_back(pixels.data() + y * shape[1] * shape[2]);
    Bytes bytes;
    if (!write(shape, rows.data(), bytes)) fail();
    return bytes;
  }

 private:
  bool write(const Shape& shape, png_bytepp rows, Bytes& bytes) {
    static constexpr int colours[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                      PNG_COLOR_TYPE_RGB_ALPHA};
    if (setjmp(png_jmpbuf(png_))) return false;
    png_set_write_fn(png_, &bytes, append_bytes, flush_nothing);
    png_set_IHDR(png_, info_, static_cast<png_uint_32>(shape[1]), static_cast<png_uint_32>(shape[0]), 8,
                 colours[shape[2] - 1], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_rows(png_, info_, rows);
    png_write_png(png_, info_, PNG_TRANSFORM_IDENTITY, nullptr);
    return true;
  }
  [[noreturn]] void fail() const {
    throw ResourceError(
        "W442",
        fmt::format("the picture cannot be written: {}", message_.text[0] != 0 ? message_.text : "there is no memory"),
        {}, "free some memory, or make the picture smaller");
  }

  Message message_;
  png_structp png_;
  png_infop info_ = nullptr;
};

/// [height, width, channels]
Shape picture_shape(const Array& picture) {
  constexpr int64_t most = 1'000'000;  // libpng's own limit
  const Shape& s = picture.shape();
  const bool fits = (s.rank() == 2 || (s.rank() == 3 && s[2] >= 1 && s[2] <= 4)) && s.elements() > 0 && s[0] <= most &&
                    s[1] <= most && is_float(picture.dtype());
  if (!fits)
    throw ShapeError("W843",
                     fmt::format("a picture is float[height,width] or float[height,width,channels] with 1 to 4 "
                                 "channels and extents up to {}; found {}",
                                 most, to_string(picture.type())),
                     {}, "reshape it, channels last");
  return s.rank() == 2 ? Shape{s[0], s[1], 1} : s;
}

}  // namespace

Png parse_png(ByteView bytes, const std::string& name, size_t limit) { return Reader(bytes, name).read(limit); }

Png read_png(const std::string& path, size_t limit) { return parse_png(read_file(path, limit), path, limit); }

Bytes png_bytes(const Array& picture) {
  const Shape shape = picture_shape(picture);
  Bytes pixels(static_cast<size_t>(picture.elements()));
  for (size_t k = 0; k < pixels.size(); ++k) {
    const double value = picture[static_cast<int64_t>(k)];
    if (!(value >= 0 && value <= 1))
      throw DomainError("W844",
                        fmt::format("elements of a picture lie in [0, 1]; element [{}] of {} is {}", k,
                                    to_string(picture.shape()), value),
                        {}, "scale the numbers first, e.g. (x - least) / (largest - least)");
    pixels[k] = static_cast<unsigned char>(std::lround(255 * value));
  }
  return Writer().write(shape, pixels);
}

void write_png(const std::string& path, const Array& picture) { write_file_atomically(path, png_bytes(picture)); }

}  // namespace wengert
