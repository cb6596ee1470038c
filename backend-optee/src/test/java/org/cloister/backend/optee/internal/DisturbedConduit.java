// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.conduit.SmcRegisters;

/** Passes calls on, writes them down, and disturbs those that it is told to. Safe for use by any thread. */
public final class DisturbedConduit implements SmcConduit {
    private record Rule(Predicate<SmcRegisters> when, boolean instead, Consumer<SmcRegisters> action) {}

    /** Where an FF-A transaction of this driver has the address of its first range. */
    private static final long ADDRESS_IN_TRANSACTION = 0x60;
    private static final long RESULT = 20;

    private final SmcConduit next;
    private final PhysicalMemory memory;
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final Map<Long, Long> shared = new ConcurrentHashMap<>();
    private volatile long tx;

    DisturbedConduit(SmcConduit next, PhysicalMemory memory) {
        this.next = next;
        this.memory = memory;
    }

    /** Tells a function of FF-A, in either width. */
    public static Predicate<SmcRegisters> ffa(int function) {
        return r -> FfaFunction.narrow(r.w(0)) == function;
    }

    /** Tells a service of OP-TEE's behind FF-A. */
    public static Predicate<SmcRegisters> service(int service) {
        return r -> r.w(0) == FfaFunction.DIRECT_REQUEST && r.w(3) == service;
    }

    /** Tells a function of OP-TEE's own interface. */
    public static Predicate<SmcRegisters> smc(int function) {
        return r -> r.w(0) == function;
    }

    /** Tells a message by its command, over either interface. */
    public Predicate<SmcRegisters> message(int command) {
        return r -> address(r).filter(at -> memory.readInt(at) == command).isPresent();
    }

    private Optional<Long> address(SmcRegisters r) {
        return switch (r.w(0)) {
            case FfaFunction.DIRECT_REQUEST -> r.w(3) == OpteeFfa.CALL_WITH_ARG
                    ? Optional.ofNullable(shared.get(r.pair(4, 5))).map(page -> page + r.w(6)) : Optional.empty();
            case OpteeSmc.CALL_WITH_REGD_ARG -> Optional.of(r.pair(2, 1) + r.w(3));
            case OpteeSmc.CALL_WITH_RPC_ARG, OpteeSmc.CALL_WITH_ARG -> Optional.of(r.pair(2, 1));
            default -> Optional.empty();
        };
    }

    /** Answers in place of the firmware, which does not get to know of the call. */
    public void instead(Predicate<SmcRegisters> when, Consumer<SmcRegisters> answer) {
        rules.add(new Rule(when, true, answer));
    }

    /** Changes the firmware's answer; sees it in the registers. */
    public void after(Predicate<SmcRegisters> when, Consumer<SmcRegisters> change) {
        rules.add(new Rule(when, false, change));
    }

    /** Answers a message with a code, without the firmware. */
    public void refuse(int command, int code) {
        refuse(message(command), code);
    }

    /** Answers messages with a code, without the firmware. */
    public void refuse(Predicate<SmcRegisters> which, int code) {
        instead(which, r -> {
            memory.writeInt(address(r).orElseThrow() + RESULT, code);
            done(r);
        });
    }

    /** Changes a message after the firmware has answered it; sees its address. */
    public void tamper(int command, LongConsumer change) {
        Predicate<SmcRegisters> which = message(command);
        instead(which, r -> {
            long at = address(r).orElseThrow();
            next.call(r);
            change.accept(at);
        });
    }

    private static void done(SmcRegisters r) {
        if (r.w(0) == FfaFunction.DIRECT_REQUEST) {
            respond(r, 0, OpteeFfa.RETURN_DONE, 0);
        } else {
            r.setW(0, OpteeSmc.OK).setW(1, 0).setW(2, 0).setW(3, 0);
        }
    }

    /** Responds to a direct request as OP-TEE does. */
    public static void respond(SmcRegisters r, int w3, int w4, int w7) {
        int ends = Integer.rotateLeft(r.w(1), 16);
        r.function(FfaFunction.DIRECT_RESPONSE).setW(1, ends).setW(3, w3).setW(4, w4).setW(7, w7);
    }

    /** Disturbs nothing any more. */
    public void heal() {
        rules.clear();
    }

    /** The calls so far, as their registers; the list begins anew. */
    public List<String> log() {
        List<String> copy = List.copyOf(log);
        log.clear();
        return copy;
    }

    @Override
    public void call(SmcRegisters registers) {
        log.add(registers.toString());
        var asked = new SmcRegisters().copyFrom(registers);
        if (ffa(FfaFunction.RXTX_MAP).test(asked)) {
            tx = asked.x(1);
        }
        for (Rule rule : rules) {
            if (rule.instead && rule.when.test(asked)) {
                rule.action.accept(registers);
                return;
            }
        }
        next.call(registers);
        if (ffa(FfaFunction.MEM_SHARE).test(asked) && registers.w(0) == FfaFunction.SUCCESS) {
            shared.put(registers.pair(2, 3), memory.readLong(tx + ADDRESS_IN_TRANSACTION));
        }
        for (Rule rule : rules) {
            if (!rule.instead && rule.when.test(asked)) {
                rule.action.accept(registers);
            }
        }
    }
}
