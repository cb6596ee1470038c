// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.replay;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.FfaRange;
import org.cloister.platform.layout.FfaTransactionReader;
import org.cloister.platform.layout.FfaVersion;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteePageList;
import org.cloister.platform.layout.OpteeParameter;

/**
 * The client of a wire trace, on another machine: knows which of its own addresses, handles and session ids stand for
 * those of the recording, and where the message is that is being served. For one trace and one thread.
 */
final class WireClient {
    private static final int PAGE = 4096;
    private static final int PARAM_COUNT_WORD = 24;
    private static final int MAX_PAGES = 1 << 16;
    private static final long OWN_PAGES = FreshFirmware.RAM + 0x1000_0000L;

    private final PhysicalMemory memory;
    private final Map<Long, Long> pages = new HashMap<>();
    private final Map<Long, Long> handles = new HashMap<>();
    private final Map<Long, Long> sessions = new HashMap<>();
    private final Map<Long, List<Long>> shared = new HashMap<>();
    private final Map<Long, Long> sharedOffset = new HashMap<>();
    private final FfaTransactionReader reader = new FfaTransactionReader();
    private final MemorySegment scratch = Arena.ofAuto().allocate(PAGE, 16);
    private FfaVersion version = FfaVersion.V1_0;
    private long nextPage = OWN_PAGES;
    private long tx;
    private List<Long> sending = List.of();
    private List<Long> messagePages = List.of();
    private long messageOffset;
    private boolean opening;

    WireClient(PhysicalMemory memory) {
        this.memory = memory;
    }

    /** Puts what the recorded call needs into memory, and the call itself into {@code registers}. */
    void prepare(WireCall call, SmcRegisters registers) {
        registers.clear();
        for (int i = 0; i < call.registers(); i++) {
            registers.set(i, call.x(i));
        }
        if (call.isFfa()) {
            prepareFfa(call, registers);
        } else {
            prepareSmc(call, registers);
        }
        if (!call.before().isEmpty()) {
            writeMessage(call);
        }
        if (!call.input().isEmpty()) {
            writeInput(call);
        }
        long request = requestOffset();
        call.requestAnswer().forEach((offset, word) -> writeMessageWord(request + offset, word));
    }

    /** Where behind the message a request is. */
    private long requestOffset() {
        long count = messagePages.isEmpty() ? 0 : messageWord(PARAM_COUNT_WORD) >>> 32;
        return OpteeMessage.size((int) Math.min(count, OpteeMessage.MAX_PARAMS));
    }

    /** A word of the request that the firmware returned with. */
    long requestWord(int offset) {
        return messageWord(requestOffset() + offset);
    }

    private void prepareFfa(WireCall call, SmcRegisters registers) {
        switch (FfaFunction.narrow(call.w(0))) {
            case FfaFunction.RXTX_MAP -> {
                tx = mapped(call.x(1));
                registers.set(1, tx).set(2, mapped(call.x(2)));
            }
            case FfaFunction.MEM_SHARE, FfaFunction.MEM_LEND, FfaFunction.MEM_DONATE -> prepareSend(call);
            case FfaFunction.MEM_RECLAIM, FfaFunction.MEM_FRAG_TX ->
                    registers.setPair(1, 2, handle(pair(call, 1, 2)));
            case FfaFunction.DIRECT_REQUEST -> prepareDirect(call, registers);
            default -> { }
        }
    }

    private void prepareDirect(WireCall call, SmcRegisters registers) {
        switch (call.w(3)) {
            case OpteeFfa.UNREGISTER_SHM, OpteeFfa.RELEASE_PROTMEM ->
                    registers.setPair(4, 5, handle(pair(call, 4, 5)));
            case OpteeFfa.CALL_WITH_ARG -> {
                long recorded = pair(call, 4, 5);
                registers.setPair(4, 5, handle(recorded));
                at(shared.getOrDefault(recorded, List.of()), Integer.toUnsignedLong(call.w(6)));
            }
            default -> { }
        }
    }

    /** Writes the recorded descriptor into the TX buffer, with this machine's addresses. */
    private void prepareSend(WireCall call) {
        sending = new ArrayList<>();
        if (call.descriptor().isEmpty() || tx == 0) {
            return;
        }
        MemorySegment descriptor = WireReplay.bytes(call.descriptor());
        scratch.copyFrom(descriptor);
        if (reader.header(scratch, 0, PAGE, version) && reader.receiver(0) && reader.composite()) {
            long ranges = reader.compositeOffset() + 16;
            for (long i = 0; reader.range(i); i++) {
                reserve(reader.rangeAddress(), reader.rangePages());
                long address = mapped(reader.rangeAddress());
                for (long page = 0; page < Math.min(reader.rangePages(), MAX_PAGES); page++) {
                    sending.add(address + page * PAGE);
                }
                FfaRange.write(
                        scratch, ranges + 16 * i, address, (int) reader.rangePages());
            }
        }
        memory.write(tx, scratch);
    }

    private void prepareSmc(WireCall call, SmcRegisters registers) {
        switch (call.w(0)) {
            case OpteeSmc.CALL_WITH_ARG, OpteeSmc.CALL_WITH_RPC_ARG -> {
                long address = mapped(pair(call, 2, 1));
                registers.setPair(2, 1, address);
                at(List.of(address & -PAGE), address & PAGE - 1);
            }
            case OpteeSmc.CALL_WITH_REGD_ARG -> {
                long cookie = pair(call, 2, 1);
                at(shared.getOrDefault(cookie, List.of()),
                        sharedOffset.getOrDefault(cookie, 0L) + Integer.toUnsignedLong(call.w(3)));
            }
            default -> { }
        }
    }

    private void at(List<Long> pagesOfMessage, long offset) {
        messagePages = pagesOfMessage;
        messageOffset = offset;
        opening = false;
    }

    private static long pair(WireCall call, int low, int high) {
        return Integer.toUnsignedLong(call.w(low)) | call.x(high) << 32;
    }

    private long handle(long recorded) {
        return handles.getOrDefault(recorded, recorded);
    }

    /** This machine's address for one of the recording's: the same where there is memory, else a page of its own. */
    private long mapped(long address) {
        long page = address & -PAGE;
        boolean here = page >= FreshFirmware.RAM && page < FreshFirmware.RAM + FreshFirmware.RAM_SIZE;
        return (here ? page : pages.computeIfAbsent(page, unknown -> ownPage())) | address & PAGE - 1;
    }

    /** Has pages of its own stand for a range, one after the other, as contiguous memory stays contiguous. */
    private void reserve(long address, long count) {
        long page = address & -PAGE;
        boolean here = page >= FreshFirmware.RAM && page < FreshFirmware.RAM + FreshFirmware.RAM_SIZE;
        for (long i = 0; !here && i < Math.min(count, MAX_PAGES); i++) {
            pages.computeIfAbsent(page + i * PAGE, unknown -> ownPage());
        }
    }

    private long ownPage() {
        long page = nextPage;
        nextPage += PAGE;
        return page;
    }

    private void writeMessage(WireCall call) {
        SortedMap<Integer, Long> words = mapMessage(call.before());
        opening = words.getOrDefault(0, -1L).intValue() == OpteeMessage.OPEN_SESSION;
        boolean registering = words.getOrDefault(0, -1L).intValue() == OpteeMessage.REGISTER_SHM;
        words.forEach(this::writeMessageWord);
        for (int at = OpteeMessage.SIZE; call.before().containsKey(at); at += OpteeParameter.SIZE) {
            int type = call.before().get(at).intValue() & OpteeParameter.TYPE_MASK;
            boolean listed = (call.before().get(at) & OpteeParameter.NONCONTIGUOUS) != 0;
            if (listed && type >= OpteeParameter.TMEM_INPUT && type <= OpteeParameter.TMEM_INOUT) {
                makeList(call, at, registering);
            }
        }
    }

    /** Puts what the first parameter refers to where it refers to. */
    private void writeInput(WireCall call) {
        long at = OpteeMessage.SIZE;
        long reference = call.before().getOrDefault((int) at + 24, 0L);
        List<Long> behind = shared.getOrDefault(reference, List.of());
        long start = call.before().getOrDefault((int) at + 8, 0L) + sharedOffset.getOrDefault(reference, 0L);
        call.input().forEach((offset, word) -> {
            long place = start + offset;
            if (place >= 0 && place / PAGE < behind.size()) {
                memory.writeLong(behind.get((int) (place / PAGE)) + place % PAGE, word);
            }
        });
    }

    /** Makes the list of pages behind a parameter, which a trace of a kernel does not show, of pages of its own. */
    private void makeList(WireCall call, int at, boolean registering) {
        long recordedAddress = call.before().getOrDefault(at + 8, 0L);
        long size = call.before().getOrDefault(at + 16, 0L);
        long cookie = call.before().getOrDefault(at + 24, 0L);
        long offset = recordedAddress & PAGE - 1;
        long count = Math.clamp((size + offset + PAGE - 1) / PAGE, 0, MAX_PAGES);
        List<Long> known = call.lists().getOrDefault(recordedAddress & -PAGE, List.of());
        List<Long> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            list.add(i < known.size() ? mapped(known.get(i)) : ownPage());
        }
        writeList(mapped(recordedAddress) & -PAGE, list);
        if (registering) {
            shared.put(cookie, list);
            sharedOffset.put(cookie, offset);
        }
    }

    private void writeList(long address, List<Long> list) {
        long at = address;
        for (int done = 0; done < list.size(); done += OpteePageList.CAPACITY) {
            int end = Math.min(list.size(), done + OpteePageList.CAPACITY);
            scratch.fill((byte) 0);
            for (int i = done; i < end; i++) {
                OpteePageList.address(scratch, 0, i - done, list.get(i));
            }
            long next = end < list.size() ? ownPage() : 0;
            OpteePageList.next(scratch, 0, next);
            memory.write(at, scratch);
            at = next;
        }
    }

    /** Words of a message with this machine's addresses, handles and ids. */
    private SortedMap<Integer, Long> mapMessage(SortedMap<Integer, Long> recorded) {
        SortedMap<Integer, Long> words = new TreeMap<>(recorded);
        int command = recorded.getOrDefault(0, -1L).intValue();
        long session = recorded.getOrDefault(8, 0L) & 0xFFFF_FFFFL;
        if (recorded.containsKey(8) && command != OpteeMessage.OPEN_SESSION) {
            words.put(8, recorded.get(8) & ~0xFFFF_FFFFL | sessions.getOrDefault(session, session));
        }
        for (int at = OpteeMessage.SIZE; recorded.containsKey(at); at += OpteeParameter.SIZE) {
            mapParameter(recorded, words, at, command);
        }
        return words;
    }

    private void mapParameter(SortedMap<Integer, Long> recorded, SortedMap<Integer, Long> words, int at, int command) {
        int type = recorded.get(at).intValue() & OpteeParameter.TYPE_MASK;
        if (type >= OpteeParameter.RMEM_INPUT && type <= OpteeParameter.RMEM_INOUT) {
            words.computeIfPresent(at + 24, (offset, reference) -> handle(reference));
        } else if (type >= OpteeParameter.TMEM_INPUT && type <= OpteeParameter.TMEM_INOUT) {
            reserve(recorded.getOrDefault(at + 8, 0L), recorded.getOrDefault(at + 16, 0L) / PAGE);
            words.computeIfPresent(at + 8, (offset, address) -> address == 0 ? 0 : mapped(address));
        } else if (type == OpteeParameter.VALUE_INPUT && command == OpteeMessage.ASSIGN_PROTMEM) {
            words.computeIfPresent(at + 8, (offset, handle) -> handle(handle));
        }
    }

    private void writeMessageWord(long offset, long word) {
        if (!messagePages.isEmpty()) {
            memory.writeLong(messageAddress(offset), word);
        }
    }

    /** A word of the message that was served last. */
    long messageWord(long offset) {
        return messagePages.isEmpty() ? 0 : memory.readLong(messageAddress(offset));
    }

    private long messageAddress(long offset) {
        long at = messageOffset + offset;
        int page = (int) Math.min(at / PAGE, messagePages.size() - 1L);
        return messagePages.get(page) + at % PAGE;
    }

    /** Learns what the answer to a recorded call gives a name to. */
    void learn(WireCall call, SmcRegisters registers) {
        int function = FfaFunction.narrow(call.w(0));
        if (call.isFfa() && function == FfaFunction.VERSION && registers.w(0) > 0) {
            version = FfaVersion.atMost(Math.min(call.w(1), registers.w(0)));
        }
        boolean sends = function == FfaFunction.MEM_SHARE || function == FfaFunction.MEM_LEND;
        if (call.isFfa() && sends && registers.w(0) == FfaFunction.SUCCESS && call.answer().size() > 3) {
            long recorded = Integer.toUnsignedLong(call.answer().get(2).intValue()) | call.answer().get(3) << 32;
            handles.put(recorded, registers.pair(2, 3));
            shared.put(recorded, sending);
        }
        if (opening && call.after().containsKey(8)) {
            sessions.put(call.after().get(8) & 0xFFFF_FFFFL, messageWord(8) & 0xFFFF_FFFFL);
        }
    }

    /** The recorded answer, with the handles of this firmware. */
    List<Long> mapAnswer(WireCall call) {
        List<Long> answer = new ArrayList<>(call.answer());
        int function = FfaFunction.narrow(call.w(0));
        boolean sends = function == FfaFunction.MEM_SHARE || function == FfaFunction.MEM_LEND;
        if (call.isFfa() && sends && answer.size() > 3 && answer.getFirst().intValue() == FfaFunction.SUCCESS) {
            long own = handle(Integer.toUnsignedLong(answer.get(2).intValue()) | answer.get(3) << 32);
            answer.set(2, own & 0xFFFF_FFFFL);
            answer.set(3, own >>> 32);
        }
        return answer;
    }

    /** The recorded message after the call, with this machine's addresses, handles and ids. */
    SortedMap<Integer, Long> mapMessageAfter(WireCall call) {
        SortedMap<Integer, Long> words = mapMessage(call.after());
        if (opening && call.after().containsKey(8)) {
            long session = call.after().get(8) & 0xFFFF_FFFFL;
            words.put(8, call.after().get(8) & ~0xFFFF_FFFFL | sessions.getOrDefault(session, session));
        }
        return words;
    }
}
