// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.tck.MemoryObserver;

/** Memory of a pool as seen from outside: who is granted what, who is not, and what each of them finds. */
public final class Eyes {
    private static final int SECRET_BYTES = 64;

    private final PoolBench bench;
    private final MemoryObserver observer;

    Eyes(PoolBench bench, MemoryObserver observer) {
        this.bench = bench;
        this.observer = observer;
    }

    /** {@return all bus masters} */
    public Set<String> everybody() {
        return new TreeSet<>(observer.initiators());
    }

    /** {@return what each bus master is granted, as the pool says; skips where it cannot know} */
    public Map<String, Access> grants() {
        return bench.attributes().grants().orElseThrow(() -> Expect.skip("the pool does not know who is granted what"));
    }

    private List<String> those(Predicate<Access> rights) {
        Map<String, Access> grants = grants();
        return everybody().stream().filter(name -> rights.test(grants.getOrDefault(name, Access.NONE))).toList();
    }

    /** {@return who may read} */
    public List<String> readers() {
        return those(Access::reads);
    }

    /** {@return who may write; where memory is encrypted the CPU does so by the API only} */
    public List<String> writers() {
        boolean encrypted = bench.attributes().enforcement() == Enforcement.ENCRYPTION;
        return those(Access::writes).stream().filter(name -> !encrypted || !name.equals(MemoryObserver.CPU)).toList();
    }

    /** {@return who may not read; the CPU is among them wherever memory is restricted} */
    public List<String> blind() {
        return those(rights -> !rights.reads());
    }

    /** {@return who may not write, but for a CPU that the pool writes for} */
    public List<String> mute() {
        return those(rights -> !rights.writes());
    }

    /** {@return one who may read; skips when there is none to look through} */
    public String reader() {
        return readers().stream().findFirst()
                .orElseThrow(() -> Expect.skip("the observer knows no bus master that may read"));
    }

    /** {@return bytes that depend on {@code seed} only, and are not to be found by chance} */
    public static byte[] secret(int seed) {
        byte[] secret = new byte[SECRET_BYTES];
        for (int i = 0; i < secret.length; i++) {
            secret[i] = (byte) (0x5e ^ seed * 31 + i * 7 | 1);
        }
        return secret;
    }

    /** Puts a secret into a buffer, with whoever may write. */
    public void plant(PoolBuffer buffer, long offset, byte[] secret) {
        long address = address(buffer, offset);
        for (String writer : writers()) {
            if (observer.write(writer, address, MemorySegment.ofArray(secret))) {
                return;
            }
        }
        if (!bench.attributes().cpuAccess().writes()) {
            throw Expect.skip("the observer knows no bus master that may write");
        }
        bench.pool().write(buffer, offset, MemorySegment.ofArray(secret));
    }

    /** {@return the physical address of a byte of a buffer} */
    public long address(PoolBuffer buffer, long offset) {
        long rest = offset;
        for (Span span : bench.spans(buffer)) {
            if (rest < span.size()) {
                return span.base() + rest;
            }
            rest -= span.size();
        }
        throw new IllegalArgumentException("offset " + offset + " is not in the buffer");
    }

    /** {@return whether a bus master finds {@code secret} at an address} */
    public boolean sees(String initiator, long address, byte[] secret) {
        byte[] found = new byte[secret.length];
        return observer.read(initiator, address, MemorySegment.ofArray(found)) && Arrays.equals(found, secret);
    }

    /** {@return whether a bus master's read goes through} */
    public boolean reads(String initiator, long address, int length) {
        return observer.read(initiator, address, MemorySegment.ofArray(new byte[length]));
    }

    /** {@return whether a bus master's write goes through} */
    public boolean writes(String initiator, long address, byte[] bytes) {
        return observer.write(initiator, address, MemorySegment.ofArray(bytes));
    }

    /** {@return what a bus master that may read finds; skips when there is none} */
    public byte[] look(long address, int length) {
        byte[] found = new byte[length];
        for (String reader : readers()) {
            if (observer.read(reader, address, MemorySegment.ofArray(found))) {
                return found;
            }
        }
        throw Expect.skip("the observer knows no bus master that may read");
    }

    /** Skips unless a firewall keeps the memory: encrypted memory blocks nobody. */
    public void requireFirewall() {
        if (bench.attributes().enforcement() != Enforcement.FIREWALL) {
            throw Expect.skip("no firewall keeps this memory");
        }
    }

    /** Skips unless the memory is restricted. */
    public void requireRestricted() {
        if (!bench.attributes().restricted()) {
            throw Expect.skip("the memory is not restricted");
        }
    }

    /** {@return whether all bytes are zero} */
    public static boolean blank(byte[] bytes) {
        return MemorySegment.ofArray(bytes).mismatch(MemorySegment.ofArray(new byte[bytes.length])) == -1;
    }

    /** {@return bytes, for a message} */
    public static String hex(byte[] bytes) {
        MemorySegment first = MemorySegment.ofArray(bytes).asSlice(0, Math.min(8, bytes.length));
        return Arrays.stream(toInts(first)).mapToObj("%02x"::formatted).collect(Collectors.joining(" "));
    }

    private static int[] toInts(MemorySegment bytes) {
        int[] values = new int[(int) bytes.byteSize()];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes.get(ValueLayout.JAVA_BYTE, i) & 0xff;
        }
        return values;
    }
}
