// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.guest;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.cloister.descriptor.Descriptor;
import org.cloister.descriptor.DescriptorListener;
import org.cloister.descriptor.DescriptorSocket;
import org.cloister.descriptor.Descriptors;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Descriptors for others: copies, other processes, sync files. */
class DescriptorTest {
    private static final Path SOCKET = Path.of("/tmp/descriptors");
    private static final MemorySegment BYTE = MemorySegment.ofArray(new byte[] {3});

    private final Heap system = Guest.system();
    private final Descriptors descriptors = Guest.service(Descriptors.class);
    private int before;

    @BeforeEach
    void count() {
        before = Files.opened().size();
    }

    @AfterEach
    void nothingIsLeftOpen() {
        assertThat(Files.opened()).hasSize(before);
    }

    @Test
    void aCopyOutlivesItsBuffer() {
        Descriptor copy;
        try (DmaBuf buffer = system.allocate(8192)) {
            buffer.setName("copied");
            copy = descriptors.duplicate(buffer);
            assertThat(copy.fd()).isNotEqualTo(buffer.fd().orElseThrow());
            assertThat(Raw.fcntl(copy.fd(), 1)).as("close-on-exec").isOne();
        }
        try (copy) {
            assertThat(copy.size()).isEqualTo(8192);
            assertThat(Files.info(copy.fd(), "name")).isEqualTo("copied");
            assertThat(Files.info(copy.fd(), "count")).isEqualTo("1");
        }
        Guest.refused(HeapError.CLOSED, copy::fd);
        Guest.refused(HeapError.CLOSED, copy::size);
        copy.close();
    }

    @Test
    void whatWasGivenAwayIsNotClosed() {
        try (DmaBuf buffer = system.allocate(1)) {
            Descriptor copy = descriptors.duplicate(buffer);
            int fd = copy.release();
            copy.close();
            Guest.refused(HeapError.CLOSED, copy::release);
            assertThat(Files.info(fd, "size")).isEqualTo("4096");
            assertThat(Raw.close(fd)).isZero();
        }
    }

    @Test
    void closedBuffersHaveNoDescriptors() {
        DmaBuf buffer = system.allocate(1);
        buffer.close();
        Guest.refused(HeapError.CLOSED, () -> descriptors.duplicate(buffer));
        Guest.refused(HeapError.CLOSED, () -> descriptors.exportFences(buffer, Access.READ));
    }

    @Test
    void anotherProcessWorksOnTheSameMemory() throws Exception {
        try (DmaBuf buffer = system.allocate(1 << 20); DescriptorListener listener = descriptors.listen(SOCKET)) {
            buffer.write(0, MemorySegment.ofArray(new byte[] {10, 20, 30}));
            Process peer = new ProcessBuilder("/bin/peer", SOCKET.toString()).redirectErrorStream(true).start();
            try (DescriptorSocket socket = listener.accept()) {
                try (Descriptor copy = descriptors.duplicate(buffer)) {
                    socket.send(BYTE, copy);
                }
                MemorySegment answer = MemorySegment.ofArray(new byte[64]);
                DescriptorSocket.Received received = socket.receive(answer);
                assertThat(new String(answer.asSlice(0, received.length()).toArray(JAVA_BYTE), StandardCharsets.US_ASCII))
                        .isEqualTo("1048576");
                assertThat(received.descriptors()).hasSize(1);
                try (Descriptor back = received.descriptors().getFirst()) {
                    assertThat(back.size()).isEqualTo(1 << 20);
                    assertThat(Raw.fcntl(back.fd(), 1)).as("close-on-exec").isOne();
                }
                assertThat(socket.receive(answer).length()).as("the end").isZero();
            }
            assertThat(peer.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(peer.exitValue()).isZero();
            var seen = new byte[4];
            buffer.read(0, MemorySegment.ofArray(seen));
            assertThat(seen).containsExactly(13, 23, 33, 3);
        }
        assertThat(SOCKET).doesNotExist();
    }

    @Test
    void manyTravelAtOnce() {
        try (DmaBuf buffer = system.allocate(1); DescriptorListener listener = descriptors.listen(SOCKET);
                DescriptorSocket here = descriptors.connect(SOCKET); DescriptorSocket there = listener.accept()) {
            List<Descriptor> copies = new ArrayList<>();
            for (int i = 0; i < DescriptorSocket.MAX_DESCRIPTORS; i++) {
                copies.add(descriptors.duplicate(buffer));
            }
            here.send(BYTE, copies.toArray(Descriptor[]::new));
            copies.forEach(Descriptor::close);
            MemorySegment into = MemorySegment.ofArray(new byte[1]);
            DescriptorSocket.Received received = there.receive(into);
            assertThat(into.get(JAVA_BYTE, 0)).isEqualTo((byte) 3);
            assertThat(received.descriptors()).hasSize(DescriptorSocket.MAX_DESCRIPTORS)
                    .allSatisfy(descriptor -> assertThat(descriptor.size()).isEqualTo(4096));
            received.descriptors().forEach(Descriptor::close);
        }
    }

    @Test
    void tooManyToReceiveAreNotKept() {
        try (DmaBuf buffer = system.allocate(1); DescriptorListener listener = descriptors.listen(SOCKET);
                DescriptorSocket here = descriptors.connect(SOCKET); DescriptorSocket there = listener.accept()) {
            try (Descriptor one = descriptors.duplicate(buffer); Descriptor two = descriptors.duplicate(buffer);
                    Descriptor three = descriptors.duplicate(buffer)) {
                here.send(BYTE, one, two, three, one, two, three, one, two, three);
            }
            int highest = Files.descriptors().keySet().stream().mapToInt(Integer::intValue).max().orElseThrow();
            long files = Raw.limitFiles(highest + 2L);
            try {
                Guest.refused(HeapError.TOO_MANY_FILES, () -> there.receive(MemorySegment.ofArray(new byte[1])));
                assertThat(Guest.refused(HeapError.TOO_MANY_FILES, () -> {
                    List<Descriptor> copies = new ArrayList<>();
                    try {
                        for (int i = 0; i < 100; i++) {
                            copies.add(descriptors.duplicate(buffer));
                        }
                    } finally {
                        copies.forEach(Descriptor::close);
                    }
                }).remedy()).contains("ulimit");
            } finally {
                Raw.limitFiles(files);
            }
        }
    }

    @Test
    void whatCannotTravel() {
        try (DmaBuf buffer = system.allocate(1); Descriptor copy = descriptors.duplicate(buffer);
                DescriptorListener listener = descriptors.listen(SOCKET);
                DescriptorSocket here = descriptors.connect(SOCKET)) {
            DescriptorSocket there = listener.accept();
            Guest.refused(HeapError.INVALID_ARGUMENT, () -> here.send(BYTE.asSlice(0, 0), copy));
            Guest.refused(HeapError.INVALID_ARGUMENT, () -> here.send(BYTE, new Descriptor[254]));
            Guest.refused(HeapError.INVALID_ARGUMENT, () -> here.receive(BYTE.asSlice(0, 0)));
            Guest.refused(HeapError.INVALID_ARGUMENT, () -> here.receive(BYTE.asReadOnly()));
            Guest.refused(HeapError.ALREADY_EXISTS, () -> descriptors.listen(SOCKET));
            Guest.refused(HeapError.INVALID_ARGUMENT, () -> descriptors.connect(Path.of("/tmp/" + "x".repeat(120))));
            Guest.refused(HeapError.UNAVAILABLE, () -> descriptors.connect(Path.of("/tmp/nobody")));
            there.close();
            Guest.refused(HeapError.CLOSED, () -> here.send(BYTE, copy));
            Guest.refused(HeapError.CLOSED, () -> there.send(BYTE, copy));
            Guest.refused(HeapError.CLOSED, () -> there.receive(MemorySegment.ofArray(new byte[1])));
        }
    }

    @Test
    void whoWaitsIsWokenByAClose() throws Exception {
        DescriptorListener listener = descriptors.listen(SOCKET);
        var closed = CompletableFuture.supplyAsync(() -> Guest.refused(HeapError.CLOSED, listener::accept));
        listener.close();
        assertThat(closed.get(30, TimeUnit.SECONDS).remedy()).isNotEmpty();
    }

    @Test
    void whoWaitsIsWokenByAnInterrupt() throws Exception {
        try (DescriptorListener _ = descriptors.listen(SOCKET);
                DescriptorSocket here = descriptors.connect(SOCKET)) {
            var flag = new CompletableFuture<Boolean>();
            Thread waiting = Thread.ofPlatform().start(() -> {
                Guest.refused(HeapError.INTERRUPTED, () -> here.receive(MemorySegment.ofArray(new byte[1])));
                flag.complete(Thread.currentThread().isInterrupted());
            });
            waiting.interrupt();
            assertThat(flag.get(30, TimeUnit.SECONDS)).as("the flag is set again").isTrue();
        }
    }

    @Test
    void fencesTravelAsSyncFiles() {
        try (DmaBuf buffer = system.allocate(1); DmaBuf other = system.allocate(1);
                Descriptor file = descriptors.exportFences(buffer, Access.READ_WRITE)) {
            assertThat(file.await(0)).as("nobody uses it").isOne();
            assertThat(file.await(Duration.ofSeconds(1).toNanos())).isPositive();
            descriptors.importFence(other, file, Access.WRITE);
            try (Descriptor merged = descriptors.exportFences(other, Access.READ)) {
                assertThat(merged.await(0)).isOne();
            }
            Guest.refused(HeapError.INVALID_ARGUMENT, () -> descriptors.exportFences(buffer, Access.NONE));
            Guest.refused(HeapError.INVALID_ARGUMENT, () -> descriptors.importFence(buffer, file, Access.NONE));
            try (Descriptor noFence = descriptors.duplicate(buffer)) {
                Guest.refused(HeapError.INVALID_ARGUMENT, () -> descriptors.importFence(buffer, noFence, Access.READ));
            }
            Guest.refused(HeapError.NOT_SUPPORTED, file::size);
        }
    }

    @Test
    void whatABundleLeavesOpenIsClosedWithIt() throws Exception {
        Bundle somebody = Guest.somebody("test.descriptors");
        BundleContext context = somebody.getBundleContext();
        Descriptors own = Guest.service(context, Descriptors.class);
        Descriptor copy;
        DescriptorListener listener = own.listen(SOCKET);
        DescriptorSocket here = own.connect(SOCKET);
        try (DmaBuf buffer = system.allocate(1)) {
            copy = own.duplicate(buffer);
        }
        assertThat(copy.size()).isEqualTo(4096);
        somebody.uninstall();
        Guest.refused(HeapError.CLOSED, copy::fd);
        Guest.refused(HeapError.CLOSED, listener::accept);
        Guest.refused(HeapError.CLOSED, () -> here.send(BYTE));
        assertThat(SOCKET).doesNotExist();
    }
}
