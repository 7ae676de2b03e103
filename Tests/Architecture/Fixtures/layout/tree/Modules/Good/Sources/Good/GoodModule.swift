struct GoodModule {}
