// SPDX-License-Identifier: BSD-3-Clause
#include "transport/slab_pool.hpp"

#include <sys/mman.h>

#include <new>
#include <utility>

namespace troupe {

slab_pool::slab_pool(std::uint32_t slabs) : bytes_(slabs * slab_bytes) {
  free_.reserve(slabs);
  void* mapped = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED)
    throw std::bad_alloc{};
  // A huge page would make a slot's first packet cost 2 MiB.
  ::madvise(mapped, bytes_, MADV_NOHUGEPAGE);
  memory_ = static_cast<std::byte*>(mapped);
  for (std::size_t i = slabs; i-- > 0;)
    free_.push_back(memory_ + i * slab_bytes);
}

slab_pool::~slab_pool() {
  ::munmap(memory_, bytes_);
}

std::shared_ptr<std::byte> slab_pool::try_take() {
  std::byte* slab = nullptr;
  {
    const std::lock_guard lock{mutex_};
    if (free_.empty()) {
      starved_ = true;
      return nullptr;
    }
    slab = free_.back();
    free_.pop_back();
  }
  return {slab,
          [pool = shared_from_this()](std::byte* s) { pool->put_back(s); }};
}

void slab_pool::set_on_return(std::function<void()> on_return) {
  const std::lock_guard lock{mutex_};
  std::swap(on_return_, on_return);
}

void slab_pool::put_back(std::byte* slab) noexcept {
  const std::lock_guard lock{mutex_};
  free_.push_back(slab); // within what the constructor reserved
  if (std::exchange(starved_, false) && on_return_)
    on_return_();
}

} // namespace troupe
