// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.encryption.internal;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.cloister.emulator.soc.EncryptedMemory;
import org.cloister.emulator.soc.Registration;
import org.cloister.emulator.soc.SecureWorld;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.device.MemoryEncryption;
import org.cloister.platform.dt.AddressRange;

/**
 * The unit of a board. Each piece of memory has keys of its own, drawn when the unit is switched on and known to nobody
 * else. Safe for use by any thread.
 */
public final class EncryptionUnit implements MemoryEncryption, AutoCloseable {
    private static final int PIECE = 64 * 1024;

    private final EncryptionBinding binding;
    private final PhysicalMemory copyEngine;
    private final List<Registration> registrations = new ArrayList<>();
    private volatile boolean off;

    /**
     * Switches the unit on.
     *
     * @param world the authority over the board
     * @throws HeapException when the tree describes no unit, or memory that cannot be encrypted
     */
    public EncryptionUnit(SecureWorld world) {
        Soc soc = world.soc();
        binding = EncryptionBinding.read(soc);
        copyEngine = world.memory(binding.copyEngine());
        Set<Initiator> engines = binding.engines().stream().map(soc::initiator).collect(Collectors.toSet());
        RandomGenerator random = soc.random("memory-encryption");
        try {
            for (EncryptionBinding.Area area : binding.areas()) {
                registrations.add(world.encrypt(new EncryptedMemory(area.name(), area.range(), engines,
                        new XtsCipher(key(random), key(random)))));
            }
        } catch (RuntimeException failure) {
            close();
            throw failure;
        }
    }

    private static byte[] key(RandomGenerator random) {
        byte[] key = new byte[XtsCipher.KEY];
        random.nextBytes(key);
        return key;
    }

    @Override
    public String cipher() {
        return "AES-128-XTS";
    }

    @Override
    public Set<String> engines() {
        return binding.engines();
    }

    @Override
    public boolean encrypts(long address, long length) {
        return length > 0 && area(address, length).isPresent();
    }

    private Optional<AddressRange> area(long address, long length) {
        return binding.areas().stream().map(EncryptionBinding.Area::range)
                .filter(range -> range.contains(address) && length <= range.size() - (address - range.base()))
                .findFirst();
    }

    @Override
    public void copy(long from, long to, long length) {
        String what = "copy into encrypted memory";
        AddressRange target = target(what, to, length);
        if (from < 0 || from > Long.MAX_VALUE - length || from < to + length && to < from + length) {
            throw refused(HeapError.INVALID_ARGUMENT, what, "the source 0x%x overlaps the target 0x%x"
                    .formatted(from, to), "copy from other memory");
        }
        AddressRange source = new AddressRange(from, length);
        for (EncryptionBinding.Area area : binding.areas()) {
            if (area.range().overlaps(source) && !area.range().equals(target)) {
                throw refused(HeapError.NOT_PERMITTED, what, source + " is encrypted memory of another use",
                        "copy within one piece of it, or from normal memory");
            }
        }
        byte[] bytes = new byte[(int) Math.min(length, PIECE)];
        for (long done = 0; done < length; done += bytes.length) {
            MemorySegment piece = MemorySegment.ofArray(bytes).asSlice(0, Math.min(bytes.length, length - done));
            copyEngine.read(from + done, piece);
            copyEngine.write(to + done, piece);
        }
    }

    @Override
    public void clear(long address, long length) {
        target("clear encrypted memory", address, length);
        copyEngine.fill(address, length, (byte) 0);
    }

    private AddressRange target(String what, long address, long length) {
        if (off) {
            throw refused(HeapError.FIRMWARE_DEAD, what, "its board was switched off",
                    "look for the unit of the board that is on");
        }
        if (length <= 0) {
            throw refused(HeapError.INVALID_ARGUMENT, what, length + " bytes are none", "give at least one");
        }
        return area(address, length).orElseThrow(() -> refused(HeapError.NOT_PERMITTED, what,
                "0x%x bytes at 0x%x are not encrypted: in secure mode the engine writes nothing else"
                        .formatted(length, address), "give a target in one piece of encrypted memory"));
    }

    private static HeapException refused(HeapError error, String what, String why, String remedy) {
        return new HeapException(error, what, "the memory-encryption unit", why, remedy);
    }

    /** Switches the unit off; what it encrypted stays ciphertext, and its keys are gone. */
    @Override
    public void close() {
        off = true;
        registrations.forEach(Registration::close);
    }
}
