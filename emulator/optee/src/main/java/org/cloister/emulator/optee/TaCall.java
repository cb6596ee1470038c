// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee;

import java.util.UUID;
import java.util.random.RandomGenerator;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A call as the trusted application that serves it sees it: four parameters, and what the trusted OS offers meanwhile.
 * Valid until the application returns, on the thread that it was given to.
 */
@ProviderType
public interface TaCall {
    /** Login: the kernel of the normal world. */
    int LOGIN_KERNEL = 0x80000000;
    /** Login: another trusted application. */
    int LOGIN_TRUSTED_APPLICATION = 0xF0000000;

    /** The type of parameter {@code index}, 0 to 3. */
    TaParamType type(int index);

    /**
     * Makes sure that the parameters have these types; those not given must be {@link TaParamType#NONE}.
     *
     * @throws TaException {@code BAD_PARAMETERS} if not
     */
    void require(TaParamType... types);

    /** The first number of value parameter {@code index}. */
    int a(int index);

    /** The second number of value parameter {@code index}. */
    int b(int index);

    /** Sets both numbers of value parameter {@code index}; they reach the client if it is an output. */
    void value(int index, int a, int b);

    /** Memory parameter {@code index}; memory of zero bytes when the client passed none. */
    TaMemory memory(int index);

    /**
     * Sets how many bytes of memory parameter {@code index} were written or, with the code {@code SHORT_BUFFER}, are
     * wanted.
     */
    void written(int index, long size);

    /**
     * Tells whether the client asked for this call to be cancelled. Other threads of the trusted OS get a turn, so that a
     * command may ask again and again.
     */
    boolean isCancelled();

    /** As whom the client opened the session, a number of GlobalPlatform's or OP-TEE's; see the constants. */
    int clientLogin();

    /**
     * Opens a session with another trusted application, as this one's instance.
     *
     * @throws TaException with the code by which it was refused
     */
    TaPeer open(UUID application, TaArgument... arguments);

    /**
     * Gets memory of the normal world for the duration of this call, by asking the normal world for it.
     *
     * @param size bytes, greater than zero
     * @throws TaException {@code OUT_OF_MEMORY} when the normal world gives none
     */
    TaMemory allocateShared(long size);

    /** The trusted OS's random numbers. */
    RandomGenerator random();

    /** The trusted OS's clock, in nanoseconds since some fixed moment. */
    long nanos();
}
