// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.util.Optional;
import org.cloister.heap.HeapException;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.dt.AddressRange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for OP-TEE by its own interface, in the order in which Linux does. For one use by one thread. */
final class SmcProbe {
    private static final int[] UID = {0x384fb3e0, 0xe7f811e3, 0xaf630002, 0xa5d5c51b};
    private static final int MAJOR = 2;
    private static final int MAX_ADDRESS_BITS = 52;
    private static final Logger LOG = LoggerFactory.getLogger(SmcProbe.class);

    private final SmcConduit conduit;
    private final int processors;

    SmcProbe(SmcConduit conduit, int processors) {
        this.conduit = conduit;
        this.processors = processors;
    }

    /** What was found: a partner, or why not. */
    sealed interface Finding {
        /** OP-TEE is there. */
        record Found(SmcPartner partner) implements Finding {}

        /** It is not, or it is too old. */
        record Nothing(String why) implements Finding {}
    }

    /**
     * Looks.
     *
     * @throws HeapException when OP-TEE is there and answers what makes no sense
     */
    Finding probe() {
        SmcRegisters r = call(OpteeSmc.CALLS_UID);
        for (int i = 0; i < UID.length; i++) {
            if (r.w(i) != UID[i]) {
                return new Finding.Nothing("what answers to OP-TEE's calls is not OP-TEE");
            }
        }
        r = call(OpteeSmc.CALLS_REVISION);
        if (r.w(0) != MAJOR || r.w(1) < 0) {
            return new Finding.Nothing("OP-TEE's interface has version %d.%d, not %d".formatted(r.w(0), r.w(1), MAJOR));
        }
        r = call(OpteeSmc.GET_THREAD_COUNT);
        LOG.debug("OP-TEE has {} threads (code {})", r.w(1), r.w(0));
        r = new SmcRegisters().function(OpteeSmc.EXCHANGE_CAPABILITIES)
                .setW(1, processors == 1 ? OpteeSmc.NSEC_UNIPROCESSOR : 0);
        conduit.call(r);
        if (r.w(0) != OpteeSmc.OK) {
            throw Refusals.smc("exchange capabilities with OP-TEE", r.w(0));
        }
        int capabilities = r.w(1);
        int requestParams = r.w(3) & 0xFF;
        if ((capabilities & OpteeSmc.CAP_DYNAMIC_SHM) == 0) {
            return new Finding.Nothing("OP-TEE takes no shared memory but what is reserved for it");
        }
        r = call(OpteeSmc.GET_OS_REVISION);
        String osVersion = Integer.toUnsignedString(r.w(0)) + "." + Integer.toUnsignedString(r.w(1));
        return new Finding.Found(new SmcPartner(osVersion, capabilities, requestParams,
                (capabilities & OpteeSmc.CAP_PROTMEM) == 0 ? Optional.empty() : Optional.of(area())));
    }

    private Transport.StaticArea area() {
        String what = "ask for the static protected memory";
        SmcRegisters r = call(OpteeSmc.GET_PROTMEM_CONFIG);
        if (r.w(0) != OpteeSmc.OK) {
            throw Refusals.smc(what, r.w(0));
        }
        long base = r.x(1);
        long size = r.x(2);
        int bits = (int) Math.min(r.x(3), MAX_ADDRESS_BITS);
        if (bits <= 0 || base < 0 || size <= 0 || size > (1L << bits) - base || ((base | size) & Pages.SIZE - 1) != 0) {
            throw Refusals.protocol(what, "OP-TEE", "an area of 0x%x bytes at 0x%x with addresses of %d bits cannot be"
                    .formatted(size, base, r.x(3)));
        }
        return new Transport.StaticArea(new AddressRange(base, size), bits);
    }

    private SmcRegisters call(int function) {
        var r = new SmcRegisters().function(function);
        conduit.call(r);
        return r;
    }
}
