package com.shop.payments;

/** Fails in the way that a message asks for: its value is the name of the failure. */
public final class PaymentService {
    private PaymentService() {}

    public static void pay(String order) {
        switch (order) {
            case "cause-chain" -> throw new OrderNotAccepted("order 42 not accepted", charge());
            case "null-message" -> throw new OrderNotAccepted(null, null);
            default -> {}
        }
    }

    private static PaymentFailed charge() {
        return new PaymentFailed("order 42 not paid", new CardDeclined("card refused by bank 7"));
    }

    public static final class OrderNotAccepted extends RuntimeException {
        OrderNotAccepted(String message, Throwable cause) {
            super(message, cause);
        }
    }

    public static final class PaymentFailed extends RuntimeException {
        PaymentFailed(String message, Throwable cause) {
            super(message, cause);
        }
    }

    public static final class CardDeclined extends RuntimeException {
        CardDeclined(String message) {
            super(message);
        }
    }
}
