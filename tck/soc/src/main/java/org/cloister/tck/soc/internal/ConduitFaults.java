// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.soc.internal;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.tck.FaultInjector;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Passes calls on to the board's firmware, but for those of a step that is to be refused. Sits in front of the board's
 * own conduit, by its ranking. Safe for use by any thread.
 */
@Component(service = {SmcConduit.class, FaultInjector.class},
        property = {"service.ranking:Integer=1000", SmcConduit.METHOD + "=smc", ConduitFaults.DECORATOR + "=true"})
public final class ConduitFaults implements SmcConduit, FaultInjector {
    static final String DECORATOR = "org.cloister.tck.decorator";

    private static final int DENIED = -6;

    /** What can be refused, and how the firmware in question would say so. */
    private enum Step {
        LEND, MESSAGE, RELEASE, RECLAIM;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<Step> of(SmcRegisters registers) {
            return switch (FfaFunction.narrow(registers.w(0))) {
                case FfaFunction.MEM_LEND -> Optional.of(LEND);
                case FfaFunction.MEM_RECLAIM -> Optional.of(RECLAIM);
                case FfaFunction.DIRECT_REQUEST -> switch (registers.w(3)) {
                    case OpteeFfa.CALL_WITH_ARG -> Optional.of(MESSAGE);
                    case OpteeFfa.RELEASE_PROTMEM -> Optional.of(RELEASE);
                    default -> Optional.empty();
                };
                default -> ofOwnInterface(registers.w(0));
            };
        }

        private static Optional<Step> ofOwnInterface(int function) {
            return switch (function) {
                case OpteeSmc.CALL_WITH_ARG, OpteeSmc.CALL_WITH_RPC_ARG, OpteeSmc.CALL_WITH_REGD_ARG ->
                        Optional.of(MESSAGE);
                default -> Optional.empty();
            };
        }
    }

    /** One step that is refused, until it is closed. */
    private final class Refusals implements Fault {
        private final Step step;
        private final AtomicInteger count = new AtomicInteger();

        Refusals(Step step) {
            this.step = step;
        }

        @Override
        public int refused() {
            return count.get();
        }

        @Override
        public void close() {
            current.compareAndSet(this, null);
        }
    }

    private final SmcConduit firmware;
    private final AtomicReference<Refusals> current = new AtomicReference<>();

    /** Called by Declarative Services, when a board with firmware is on. */
    @Activate
    public ConduitFaults(@Reference(target = "(!(" + DECORATOR + "=true))") SmcConduit firmware) {
        this.firmware = firmware;
    }

    @Override
    public void call(SmcRegisters registers) {
        Refusals refusals = current.get();
        if (refusals == null || Step.of(registers).filter(refusals.step::equals).isEmpty()) {
            firmware.call(registers);
            return;
        }
        refusals.count.incrementAndGet();
        boolean ownInterface = Step.ofOwnInterface(registers.w(0)).isPresent();
        if (ownInterface) {
            registers.setW(0, OpteeSmc.EBADADDR);
        } else {
            registers.function(FfaFunction.ERROR).setW(2, DENIED);
        }
    }

    @Override
    public List<String> steps() {
        return List.of(Step.values()).stream().map(Step::label).toList();
    }

    @Override
    public Fault refuse(String step) {
        Refusals refusals = new Refusals(List.of(Step.values()).stream().filter(one -> one.label().equals(step))
                .findFirst().orElseThrow(() -> new IllegalArgumentException("there is no step " + step)));
        current.set(refusals);
        return refusals;
    }
}
