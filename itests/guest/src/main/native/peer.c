/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another process, such as a compositor: peer SOCKET. Receives one byte with a descriptor, adds that byte to each of
 * the buffer's, and sends the size as text back, along with the descriptor that it got.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

union control {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
};

static int fail(const char *what)
{
    perror(what);
    return 1;
}

int main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) {
        return 2;
    }
    strcpy(address.sun_path, argv[1]);
    int socket_fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (socket_fd < 0 || connect(socket_fd, (struct sockaddr *)&address, sizeof address) < 0) {
        return fail(argv[1]);
    }
    unsigned char add;
    union control control;
    struct iovec piece = {.iov_base = &add, .iov_len = 1};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    if (recvmsg(socket_fd, &message, 0) != 1) {
        return fail("recvmsg");
    }
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header == NULL || header->cmsg_type != SCM_RIGHTS) {
        fprintf(stderr, "no descriptor came\n");
        return 1;
    }
    int fd;
    memcpy(&fd, CMSG_DATA(header), sizeof fd);
    off_t size = lseek(fd, 0, SEEK_END);
    unsigned char *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (bytes == MAP_FAILED) {
        return fail("mmap");
    }
    for (off_t i = 0; i < size; i++) {
        bytes[i] += add;
    }
    munmap(bytes, size);
    char text[32];
    piece.iov_base = text;
    piece.iov_len = snprintf(text, sizeof text, "%lld", (long long)size);
    memset(&control, 0, sizeof control);
    message.msg_controllen = sizeof control.bytes;
    header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    return sendmsg(socket_fd, &message, 0) < 0 ? fail("sendmsg") : 0;
}
