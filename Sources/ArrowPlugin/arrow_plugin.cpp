#include "arrow_plugin.h"
#include <arrow/api.h>
#include <arrow/config.h>
#include <arrow/io/file.h>
#include <arrow/ipc/reader.h>
#include <arrow/type_traits.h>
#include <arrow/util/utf8.h>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <new>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>
#include <parquet/file_reader.h>
#include <string>
#include <vector>

namespace {

/// Rows that are decoded at a time.
constexpr int64_t kBatchRows = 4096;
/// The deepest nesting of lists and structs that is written.
constexpr int kMaximumDepth = 64;
/// The most memory that files may take together: a page that claims more is refused.
constexpr int64_t kMemoryLimit = int64_t(1) << 31;

/// Where all memory comes from. It is never destroyed: Arrow's reading threads may give memory back
/// after the reader that asked for it has met an error and is gone.
arrow::MemoryPool *memory_pool() {
  static auto *pool = new arrow::CappedMemoryPool(arrow::default_memory_pool(), kMemoryLimit);
  return pool;
}

void put_string(std::string &out, std::string_view text) {
  static const char digits[] = "0123456789abcdef";
  out.push_back('"');
  size_t start = 0;
  for (size_t i = 0; i < text.size(); i++) {
    auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out.append(text.data() + start, i - start);
    start = i + 1;
    switch (byte) {
    case '"': out += "\\\""; break;
    case '\\': out += "\\\\"; break;
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default:
      out += "\\u00";
      out.push_back(digits[byte >> 4]);
      out.push_back(digits[byte & 15]);
    }
  }
  out.append(text.data() + start, text.size() - start);
  out.push_back('"');
}

template <typename Number> void put_number(std::string &out, Number value) {
  if constexpr (std::is_floating_point_v<Number>) {
    if (!std::isfinite(value)) {
      out += "null";  // JSON has no infinity and no NaN
      return;
    }
  }
  char digits[40];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end - digits);
  if constexpr (std::is_floating_point_v<Number>) {
    // 2.0 stays a number with a fraction.
    if (std::string_view(digits, end - digits).find_first_of(".e") == std::string_view::npos)
      out += ".0";
  }
}

arrow::Status put(std::string &out, const arrow::Array &array, int64_t row, int depth);

template <typename List>
arrow::Status put_list(std::string &out, const List &list, int64_t row, int depth) {
  out.push_back('[');
  int64_t start = list.value_offset(row), count = list.value_length(row);
  for (int64_t i = 0; i < count; i++) {
    if (i > 0) out.push_back(',');
    ARROW_RETURN_NOT_OK(put(out, *list.values(), start + i, depth + 1));
  }
  out.push_back(']');
  return arrow::Status::OK();
}

arrow::Status put_struct(
    std::string &out, const arrow::StructArray &array, int64_t row, int depth) {
  const auto &type = *array.struct_type();
  out.push_back('{');
  for (int i = 0; i < type.num_fields(); i++) {
    if (i > 0) out.push_back(',');
    put_string(out, type.field(i)->name());
    out.push_back(':');
    ARROW_RETURN_NOT_OK(put(out, *array.field(i), row, depth + 1));
  }
  out.push_back('}');
  return arrow::Status::OK();
}

template <typename Array>
arrow::Status put_text(std::string &out, const arrow::Array &array, int64_t row) {
  put_string(out, static_cast<const Array &>(array).GetView(row));
  return arrow::Status::OK();
}

// Text that a writer has stored without saying so; of other bytes, such as pictures, only how many
// there are: {"bytes": 1234}.
template <typename Array>
arrow::Status put_bytes(std::string &out, const arrow::Array &array, int64_t row) {
  const auto bytes = static_cast<const Array &>(array).GetView(row);
  if (arrow::util::ValidateUTF8(bytes)) {
    put_string(out, bytes);
  } else {
    out += "{\"bytes\":";
    put_number(out, bytes.size());
    out += '}';
  }
  return arrow::Status::OK();
}

template <typename Array>
arrow::Status put_value(std::string &out, const arrow::Array &array, int64_t row) {
  put_number(out, static_cast<const Array &>(array).Value(row));
  return arrow::Status::OK();
}

arrow::Status put(std::string &out, const arrow::Array &array, int64_t row, int depth) {
  using arrow::Type;
  if (depth > kMaximumDepth) return arrow::Status::Invalid("the columns are nested too deep");
  if (array.IsNull(row)) {
    out += "null";
    return arrow::Status::OK();
  }
  switch (array.type_id()) {
  case Type::NA: out += "null"; return arrow::Status::OK();
  case Type::BOOL:
    out += static_cast<const arrow::BooleanArray &>(array).Value(row) ? "true" : "false";
    return arrow::Status::OK();
  case Type::INT8: put_number(out, int(static_cast<const arrow::Int8Array &>(array).Value(row))); return arrow::Status::OK();
  case Type::UINT8: put_number(out, int(static_cast<const arrow::UInt8Array &>(array).Value(row))); return arrow::Status::OK();
  case Type::INT16: return put_value<arrow::Int16Array>(out, array, row);
  case Type::UINT16: return put_value<arrow::UInt16Array>(out, array, row);
  case Type::INT32: return put_value<arrow::Int32Array>(out, array, row);
  case Type::UINT32: return put_value<arrow::UInt32Array>(out, array, row);
  case Type::INT64: return put_value<arrow::Int64Array>(out, array, row);
  case Type::UINT64: return put_value<arrow::UInt64Array>(out, array, row);
  case Type::FLOAT: return put_value<arrow::FloatArray>(out, array, row);
  case Type::DOUBLE: return put_value<arrow::DoubleArray>(out, array, row);
  case Type::STRING: return put_text<arrow::StringArray>(out, array, row);
  case Type::LARGE_STRING: return put_text<arrow::LargeStringArray>(out, array, row);
  case Type::STRING_VIEW: return put_text<arrow::StringViewArray>(out, array, row);
  case Type::BINARY: return put_bytes<arrow::BinaryArray>(out, array, row);
  case Type::LARGE_BINARY: return put_bytes<arrow::LargeBinaryArray>(out, array, row);
  case Type::BINARY_VIEW: return put_bytes<arrow::BinaryViewArray>(out, array, row);
  case Type::LIST:
    return put_list(out, static_cast<const arrow::ListArray &>(array), row, depth);
  case Type::LARGE_LIST:
    return put_list(out, static_cast<const arrow::LargeListArray &>(array), row, depth);
  case Type::FIXED_SIZE_LIST:
    return put_list(out, static_cast<const arrow::FixedSizeListArray &>(array), row, depth);
  case Type::MAP: return put_list(out, static_cast<const arrow::MapArray &>(array), row, depth);
  case Type::LIST_VIEW:
    return put_list(out, static_cast<const arrow::ListViewArray &>(array), row, depth);
  case Type::STRUCT:
    return put_struct(out, static_cast<const arrow::StructArray &>(array), row, depth);
  case Type::DICTIONARY: {
    const auto &dictionary = static_cast<const arrow::DictionaryArray &>(array);
    return put(out, *dictionary.dictionary(), dictionary.GetValueIndex(row), depth + 1);
  }
  case Type::EXTENSION:
    return put(
        out, *static_cast<const arrow::ExtensionArray &>(array).storage(), row, depth + 1);
  default: {  // dates, times, decimals: as Arrow writes them
    ARROW_ASSIGN_OR_RAISE(auto scalar, array.GetScalar(row));
    put_string(out, scalar->ToString());
    return arrow::Status::OK();
  }
  }
}

/// An Arrow IPC stream, opened.
arrow::Result<std::shared_ptr<arrow::ipc::RecordBatchStreamReader>> open_stream(const char *path) {
  ARROW_ASSIGN_OR_RAISE(auto input, arrow::io::ReadableFile::Open(path, memory_pool()));
  auto options = arrow::ipc::IpcReadOptions::Defaults();
  options.memory_pool = memory_pool();
  options.use_threads = false;
  std::shared_ptr<arrow::io::InputStream> stream = input;
  return arrow::ipc::RecordBatchStreamReader::Open(stream, options);
}

/// Copies streams into a Parquet file: a row group a record batch, so memory holds one.
arrow::Status write_parquet(const char *path, const char *beside, const char *output) {
  ARROW_ASSIGN_OR_RAISE(auto left, open_stream(path));
  std::shared_ptr<arrow::ipc::RecordBatchStreamReader> right;
  auto fields = left->schema()->fields();
  if (beside) {
    ARROW_ASSIGN_OR_RAISE(right, open_stream(beside));
    for (const auto &field : right->schema()->fields()) fields.push_back(field);
  }
  auto schema = arrow::schema(fields);
  ARROW_ASSIGN_OR_RAISE(auto sink, arrow::io::FileOutputStream::Open(output));
  auto properties =
      parquet::WriterProperties::Builder().compression(parquet::Compression::ZSTD)->build();
  auto arrow_properties = parquet::ArrowWriterProperties::Builder().store_schema()->build();
  ARROW_ASSIGN_OR_RAISE(
      auto writer, parquet::arrow::FileWriter::Open(
                       *schema, memory_pool(), sink, properties, arrow_properties));
  while (true) {
    std::shared_ptr<arrow::RecordBatch> batch, other;
    ARROW_RETURN_NOT_OK(left->ReadNext(&batch));
    if (right) ARROW_RETURN_NOT_OK(right->ReadNext(&other));
    if (!batch) break;
    auto columns = batch->columns();
    if (right) {
      if (!other || other->num_rows() != batch->num_rows())
        return arrow::Status::Invalid("the two files have not the same rows");
      for (const auto &column : other->columns()) columns.push_back(column);
    }
    auto whole = arrow::RecordBatch::Make(schema, batch->num_rows(), columns);
    ARROW_RETURN_NOT_OK(whole->ValidateFull());
    ARROW_ASSIGN_OR_RAISE(auto table, arrow::Table::FromRecordBatches(schema, {whole}));
    ARROW_RETURN_NOT_OK(writer->WriteTable(*table, batch->num_rows()));
  }
  ARROW_RETURN_NOT_OK(writer->Close());
  return sink->Close();
}

} // namespace

struct akshara_arrow_reader {
  std::unique_ptr<parquet::arrow::FileReader> parquet;
  std::shared_ptr<arrow::RecordBatchReader> batches;
  std::shared_ptr<arrow::ipc::RecordBatchFileReader> file;
  int next_batch = 0;
  std::shared_ptr<arrow::RecordBatch> batch;
  int64_t row = 0;
  std::string text;
  std::vector<uint64_t> ends;
  std::string error;

  arrow::Status open(const char *path) {
    ARROW_ASSIGN_OR_RAISE(auto input, arrow::io::ReadableFile::Open(path, memory_pool()));
    ARROW_ASSIGN_OR_RAISE(auto head, input->ReadAt(0, 6));
    auto magic = head->ToString();
    if (magic.substr(0, 4) == "PAR1") return open_parquet(input);
    auto options = arrow::ipc::IpcReadOptions::Defaults();
    options.memory_pool = memory_pool();
    options.use_threads = false;
    if (magic == "ARROW1") {
      ARROW_ASSIGN_OR_RAISE(
          file, arrow::ipc::RecordBatchFileReader::Open(
                    std::shared_ptr<arrow::io::RandomAccessFile>(input), options));
      return arrow::Status::OK();
    }
    ARROW_RETURN_NOT_OK(input->Seek(0));
    std::shared_ptr<arrow::io::InputStream> stream = input;
    ARROW_ASSIGN_OR_RAISE(batches, arrow::ipc::RecordBatchStreamReader::Open(stream, options));
    return arrow::Status::OK();
  }

  arrow::Status open_parquet(std::shared_ptr<arrow::io::RandomAccessFile> input) {
    parquet::ReaderProperties properties(memory_pool());
    properties.enable_buffered_stream();  // pages, not whole columns of a row group
    parquet::ArrowReaderProperties arrow_properties(/* use_threads */ false);
    arrow_properties.set_batch_size(kBatchRows);
    arrow_properties.set_pre_buffer(false);
    parquet::arrow::FileReaderBuilder builder;
    ARROW_RETURN_NOT_OK(builder.Open(input, properties));
    builder.memory_pool(memory_pool())->properties(arrow_properties);
    ARROW_ASSIGN_OR_RAISE(parquet, builder.Build());
    ARROW_ASSIGN_OR_RAISE(batches, parquet->GetRecordBatchReader());
    return arrow::Status::OK();
  }

  arrow::Status load() {
    batch = nullptr;
    row = 0;
    if (file) {
      if (next_batch == file->num_record_batches()) return arrow::Status::OK();
      ARROW_ASSIGN_OR_RAISE(batch, file->ReadRecordBatch(next_batch++));
    } else {
      ARROW_RETURN_NOT_OK(batches->ReadNext(&batch));
    }
    // Offsets of foreign files are data: none may point outside of its buffer.
    return batch ? batch->ValidateFull() : arrow::Status::OK();
  }

  arrow::Status next() {
    text.clear();
    ends.clear();
    while (!batch || row == batch->num_rows()) {
      ARROW_RETURN_NOT_OK(load());
      if (!batch) return arrow::Status::OK();
    }
    int64_t stop = std::min(batch->num_rows(), row + kBatchRows);
    std::vector<std::string> keys;
    for (const auto &field : batch->schema()->fields()) {
      std::string key = keys.empty() ? "{" : ",";
      put_string(key, field->name());
      keys.push_back(key + ":");
    }
    for (; row < stop; row++) {
      for (int i = 0; i < batch->num_columns(); i++) {
        text += keys[i];
        ARROW_RETURN_NOT_OK(put(text, *batch->column(i), row, 0));
      }
      text += keys.empty() ? "{}\n" : "}\n";
      ends.push_back(text.size() - 1);
    }
    return arrow::Status::OK();
  }

  /// Runs a step; exceptions of Arrow's become errors.
  template <typename Step> bool guard(Step step) {
    error.clear();
    try {
      auto status = step();
      if (status.ok()) return true;
      error = status.message();
    } catch (const std::exception &exception) {
      error = exception.what();
    } catch (...) {
      error = "an unknown error";
    }
    if (error.empty()) error = "an error without a message";
    return false;
  }
};

extern "C" {

int32_t akshara_arrow_interface(void) { return 1; }
const char *akshara_arrow_version(void) { return ARROW_VERSION_STRING; }

akshara_arrow_reader *akshara_arrow_open(const char *path) {
  auto reader = new (std::nothrow) akshara_arrow_reader();
  if (reader) reader->guard([&] { return reader->open(path); });
  return reader;
}

const char *akshara_arrow_error(const akshara_arrow_reader *reader) {
  return reader->error.empty() ? nullptr : reader->error.c_str();
}

int64_t akshara_arrow_next(
    akshara_arrow_reader *reader, const uint8_t **text, size_t *length, const uint64_t **ends) {
  if (!reader->guard([&] { return reader->next(); })) return -1;
  *text = reinterpret_cast<const uint8_t *>(reader->text.data());
  *length = reader->text.size();
  *ends = reader->ends.data();
  return static_cast<int64_t>(reader->ends.size());
}

void akshara_arrow_close(akshara_arrow_reader *reader) { delete reader; }

int32_t akshara_arrow_write_parquet(
    const char *path, const char *beside, const char *output, char *message, size_t room) {
  std::string error;
  try {
    auto status = write_parquet(path, beside, output);
    if (status.ok()) return 0;
    error = status.message();
  } catch (const std::exception &exception) {
    error = exception.what();
  } catch (...) {
    error = "an unknown error";
  }
  std::snprintf(message, room, "%s", error.c_str());
  return 1;
}
}
