/* SPDX-License-Identifier: Apache-2.0 */
/* Allocates buffers from a heap and frees them, one after another: bench HEAP SIZE COUNT; prints nanoseconds of processor time. */
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 4) {
        return 2;
    }
    int heap = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (heap < 0) {
        perror(argv[1]);
        return 1;
    }
    unsigned long size = strtoul(argv[2], NULL, 0);
    long count = strtol(argv[3], NULL, 0);
    struct timespec from, to;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    for (long i = 0; i < count; i++) {
        struct dma_heap_allocation_data data = {.len = size, .fd_flags = O_RDWR | O_CLOEXEC};
        if (ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data) < 0) {
            perror("DMA_HEAP_IOCTL_ALLOC");
            return 1;
        }
        close(data.fd);
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    printf("%lld\n", (to.tv_sec - from.tv_sec) * 1000000000LL + to.tv_nsec - from.tv_nsec);
    return 0;
}
